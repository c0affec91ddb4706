/** docs/tutorial.md as a whole, with a clone of its own and a real Prometheus. */
import { expect, test } from 'vitest';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { runTutorial } from '../support/tutorial.ts';

test('each command works and prints what the page shows', { timeout: 1_500_000 }, async () => {
  const folder = temporaryFolder();
  Object.assign(process.env, PLAIN_GIT);
  await expect(runTutorial({ folder })).resolves.toBeUndefined();
});
