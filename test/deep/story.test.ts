/** `npm run story`, as a person runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { MULTILINGUAL_TAG, PINNED_TAG } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

test('the story runs to its end', { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'demo/story.mjs'), '--seconds', '20', '--rate', '15'],
    { timeout: 280_000 },
  );
  expect(stdout).toContain('Prometheus  http');
  expect(stdout).toMatch(/an alert fires: de: [\d.]+% of the texts, [\d.]+% in the training data/);
  expect(stdout).toMatch(/ {2}de {4}\w+ .+ms/);
  expect(stdout).toMatch(
    new RegExp(`${MULTILINGUAL_TAG} disagrees with ${PINNED_TAG} on [\\d.]+ % of \\d+ texts`),
  );
  expect(stdout).toMatch(/umsab-de\/dev +0\.\d+ → 0\.\d+ +\+0\.\d+/);
  expect(stdout).toMatch(
    new RegExp(
      `it was\\s+${MULTILINGUAL_TAG}\\s+on\\s+\\d+\\s+\\(p\\s+[=<]\\s+[\\d.]+\\):\\s+` +
        'it\\s+is\\s+right\\s+more\\s+often\\.',
    ),
  );
  expect(stdout).toMatch(/200 \{"type":"promote",.+"changed":true/);
  expect(stdout).toMatch(/the alert has cleared/);
  const right = (tag: string): number =>
    Number(new RegExp(`${tag} labelled (\\d+) % of \\d+ tweets right`).exec(stdout)?.[1]);
  expect(right(MULTILINGUAL_TAG)).toBeGreaterThan(right(PINNED_TAG));
  expect(stdout).toMatch(/requests by status: \{"200":\d+\}/);
  expect(stdout).toContain('The end.');
});
