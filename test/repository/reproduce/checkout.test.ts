/** What is written, what a step wrote, and with which words its command is run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeSystemError } from '../../../src/errors.ts';
import { digestFiles, writeFiles } from '../../../src/repository/reproduce/checkout.ts';
import { runRecordedCommand } from '../../../src/repository/reproduce/training.ts';
import { temporaryFolder } from '../../support/git-version.ts';

test('of results, only files count', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logits.npy'));
  writeFileSync(join(folder, 'teacher'), '');
  const paths = ['logits.npy', 'teacher/logits.npy', 'none.npy', 'teacher'];
  expect(Object.keys(await digestFiles(folder, paths))).toEqual(['teacher']);
});

test('spaces around a command are none of its words', async () => {
  const checkout = temporaryFolder();
  const signal = new AbortController().signal;
  await runRecordedCommand(
    { command: ' cp DATA  made\n', variables: {} },
    {
      ...{ checkout, data: import.meta.filename, commandLine: '', commit: '' },
      ...{ interrupt: { stop: signal, kill: signal }, onStart: async () => undefined },
    },
  );
  expect(readFileSync(join(checkout, 'made'), 'utf8')).toContain('none of its words');
});

test.runIf(existsSync('/dev/full'))(
  'a full disk is reported with the file that has no space',
  async () => {
    const error = await writeFiles('/dev', new Map([['full', Buffer.from('ingredient')]])).catch(
      (reason: NodeJS.ErrnoException) => reason,
    );
    expect(describeSystemError(error as NodeJS.ErrnoException)).toBe(
      "/dev/full can't be written: no space is left on the disk",
    );
  },
);
