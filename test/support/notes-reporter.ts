import type { Reporter, Vitest } from 'vitest/node';

/**
 * Names each test that was left out, for people and for .ci/run, which knows the reasons, and each that
 * passed at the second attempt.
 */
export function notesReporter(): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestRunEnd(modules) {
      for (const module of modules) {
        const { relativeModuleId: file } = module;
        for (const test of module.children.allTests('passed')) {
          if (test.diagnostic()?.flaky) {
            const [error] = test.result().errors ?? [];
            console.log(`FLAKY ${file} > ${test.fullName}: ${error?.message.split('\n')[0]}`);
          }
        }
        // Most tests are left out where one is chosen by its name.
        const skipped = vitest?.config.testNamePattern ? [] : module.children.allTests('skipped');
        for (const { fullName } of skipped) {
          console.log(`SKIPPED ${file} > ${fullName}`);
        }
      }
    },
  };
}
