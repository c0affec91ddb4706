import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { skippedReporter } from './test/support/skipped-reporter.ts';

// A machine may have more to do than these tests: a limit only ends what hangs.
const TIMEOUT_MS = 120_000;

export default defineConfig({
  test: {
    reporters: ['default', skippedReporter()],
    globalSetup: 'test/support/temporary.ts',
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    // A test without an assertion can't fail.
    expect: { requireAssertions: true },
    // A process for each file takes as long as the tests in it. Mocks of modules do not work here.
    isolate: false,
    // A test file with a server keeps more than one core busy, and two of them wait now and then.
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() / 2)),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/deep/**'],
        },
      },
      {
        extends: true,
        test: {
          // These start the built server and its commands: build first.
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: 'test/support/end-programs.ts',
        },
      },
      {
        extends: true,
        test: {
          // These need programs that npm does not bring; .ci/run installs them.
          name: 'deep',
          include: ['test/deep/**/*.test.ts'],
          setupFiles: 'test/support/end-programs.ts',
          testTimeout: 300_000,
          // They set variables for their stores.
          isolate: true,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
