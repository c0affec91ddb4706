/** docs/tutorial.md as a whole, with a clone of its own and a real Prometheus. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { ROOT } from '../support/server.ts';
import { runTutorial } from '../support/tutorial.ts';

const isClone = existsSync(join(ROOT, '.git'));

test.skipIf(!isClone)(
  'each command works and prints what the page shows',
  { timeout: 1_500_000 },
  async () => {
    const folder = temporaryFolder();
    // Its many files would otherwise be removed while the process is to end.
    onTestFinished(() => rm(folder, { recursive: true }));
    await expect(runTutorial(folder)).resolves.toBeUndefined();
  },
);
