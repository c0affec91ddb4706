import type { Reporter, Vitest } from 'vitest/node';

/** Names each test that was left out, for people and for .ci/run, which knows the reasons. */
export function skippedReporter(): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestRunEnd(modules) {
      // Most tests are left out where one is chosen by its name.
      if (vitest?.config.testNamePattern) {
        return;
      }
      for (const module of modules) {
        for (const { fullName } of module.children.allTests('skipped')) {
          console.log(`SKIPPED ${module.relativeModuleId} > ${fullName}`);
        }
      }
    },
  };
}
