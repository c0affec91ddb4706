/** The steps of a reproduction, one after the other, each reported with the time that it takes. */

interface NumberedStep {
  /** From 1. */
  readonly number: number;
  readonly total: number;
}

export type StepReport =
  | (NumberedStep & {
      readonly event: 'started';
      readonly title: string;
      /** By the record of the version. */
      readonly minutes?: number | undefined;
      /** It continues from the checkpoints of an interrupted run. */
      readonly isContinued: boolean;
    })
  | (NumberedStep & { readonly event: 'ended'; readonly ms: number; readonly isContinued: boolean })
  /** An interrupted run has finished it. */
  | (NumberedStep & { readonly event: 'skipped'; readonly title: string });

export interface Step {
  readonly title: string;
  readonly minutes?: number | undefined;
  /** True where an interrupted run has finished it. */
  readonly isFinished?: boolean;
  readonly isContinued?: boolean;
  run(): Promise<void>;
}

/**
 * Runs steps in their order.
 *
 * @param assertNotInterrupted is called before each step.
 */
export async function runSteps(
  steps: readonly Step[],
  onStep: (report: StepReport) => void,
  assertNotInterrupted: () => void,
): Promise<void> {
  const total = steps.length;
  for (const [i, { title, minutes, isFinished, isContinued = false, run }] of steps.entries()) {
    const number = i + 1;
    assertNotInterrupted();
    if (isFinished) {
      onStep({ event: 'skipped', number, total, title });
      continue;
    }
    onStep({ event: 'started', number, total, title, minutes, isContinued });
    const start = performance.now();
    await run();
    onStep({ event: 'ended', number, total, ms: performance.now() - start, isContinued });
  }
}
