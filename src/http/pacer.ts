/** Keeps a burst of work from holding the event loop: probes get their turn in between. */

/**
 * Time for which tasks are run before the event loop handles what else has arrived
 * (docs/decisions/0011-http-on-the-main-thread.md).
 */
const SLICE_MS = 2;

/** Runs a task at once or later. */
export type Pacer = (task: () => void) => void;

/**
 * Runs tasks, in their order, in slices of time. Node reads every socket that is ready before it reads one
 * again, so a thousand requests that arrive together would otherwise all be worked on first.
 *
 * @param mayRun called before each slice; false leaves out the tasks of this turn of the event loop.
 */
export function createPacer(mayRun: () => boolean = () => true): Pacer {
  let waiting: (() => void)[] = [];
  /** `performance.now()` when the running slice is over; undefined between slices. */
  let sliceEnd: number | undefined;

  /** Ends when the event loop has looked for what else has arrived. */
  const startSlice = (): boolean => {
    const isRunning = mayRun();
    sliceEnd = isRunning ? performance.now() + SLICE_MS : 0;
    setImmediate(endSlice);
    return isRunning;
  };
  const isWithinSlice = (): boolean => performance.now() < (sliceEnd ?? 0);
  const endSlice = (): void => {
    sliceEnd = undefined;
    if (waiting.length > 0 && startSlice()) {
      let done = 0;
      while (done < waiting.length && (done === 0 || isWithinSlice())) {
        waiting[done++]?.();
      }
      waiting = waiting.slice(done);
    }
  };

  return (task) => {
    if (sliceEnd === undefined) {
      startSlice();
    }
    if (waiting.length === 0 && isWithinSlice()) {
      task();
    } else {
      waiting.push(task);
    }
  };
}
