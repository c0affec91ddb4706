/** docs/tutorial.md as a whole, with a clone of its own and a real Prometheus. */
import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { runTutorial } from '../support/tutorial.ts';

test('each command works and prints what the page shows', { timeout: 1_500_000 }, async () => {
  const folder = temporaryFolder();
  // Its many files would otherwise be removed while the process is to end.
  onTestFinished(() => rm(folder, { recursive: true }));
  await expect(runTutorial({ folder })).resolves.toBeUndefined();
});
