/** `npm run story`, as a person runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';

test('the story runs to its end', { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'demo/story.mjs'), '--seconds', '20', '--rate', '15'],
    { timeout: 280_000 },
  );
  expect(stdout).toContain('Prometheus  http');
  expect(stdout).toMatch(/an alert fires: de: [\d.]+% of the texts of the last 5 minutes/);
  expect(stdout).toMatch(/the alert has cleared/);
  expect(stdout).toMatch(/ {2}de {4}neutral .+ms/);
  expect(stdout).toContain('The end.');
});
