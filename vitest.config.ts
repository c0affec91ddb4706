import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { notesReporter } from './test/support/notes-reporter.ts';

const shared = {
  // A machine may have more to do than these tests: a limit only ends what hangs.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Real servers, sockets and signals on a busy machine: a test that passes at the second attempt is named
  // at the end, with its first error.
  retry: 1,
  // A test without an assertion can't fail.
  expect: { requireAssertions: true },
  // A process for each file takes as long as the tests in it. Mocks of modules do not work here.
  isolate: false,
};

export default defineConfig({
  test: {
    globalSetup: 'test/support/temporary.ts',
    // A process of many tests may end late on a busy machine, and they would count as failed.
    teardownTimeout: 60_000,
    reporters: ['default', notesReporter()],
    // A test file with a server keeps more than one core busy, and two of them wait now and then.
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() / 2)),
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/deep/**'],
        },
      },
      {
        test: {
          // These start the built server and its commands: build first.
          ...shared,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: 'test/support/end-programs.ts',
        },
      },
      {
        test: {
          // These need programs that npm does not bring; .ci/run installs them.
          ...shared,
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
