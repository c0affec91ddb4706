import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runMergeDriver } from '../../../src/repository/merge/merge-driver.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { WITH_BASE } from './merge-cases/merge-case.ts';
import { MERGE_CASES } from './merge-cases/merge-cases.ts';

test.each(MERGE_CASES)('$path: $name', async ({ path, base, ours, theirs, result, conflicts }) => {
  const folder = temporaryFolder();
  const files = {
    base: join(folder, 'base'),
    ours: join(folder, 'ours'),
    theirs: join(folder, 'theirs'),
  };
  writeFileSync(files.base, base);
  writeFileSync(files.ours, ours);
  writeFileSync(files.theirs, theirs);
  const messages = await runMergeDriver(files, path, 'sha1', WITH_BASE);
  expect(readFileSync(files.ours, 'utf8')).toBe(result);
  expect(messages).toEqual(conflicts.map((conflict) => `${path}: ${conflict}`));
});
