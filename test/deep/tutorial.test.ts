/** docs/tutorial.md as a whole, with a clone of its own and a real Prometheus. */
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { runTutorial } from '../support/tutorial.ts';

test('each command works and prints what the page shows', { timeout: 1_500_000 }, async () => {
  await expect(runTutorial({ folder: temporaryFolder() })).resolves.toBeUndefined();
});
