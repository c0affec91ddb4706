/** Keeps a burst of work from holding the event loop: probes get their turn in between. */

/**
 * Time for which tasks are run before the event loop handles what else has arrived
 * (docs/decisions/0011-http-on-the-main-thread.md).
 */
const SLICE_MS = 2;

/** Runs a task at once or later. */
export type Pacer = (task: () => void) => void;

export interface PacerOptions {
  /** Called before each slice; false leaves out the tasks of this turn of the event loop. */
  readonly mayRun?: () => boolean;
  /** Of a slice. */
  readonly maxTasks?: number;
}

/**
 * Runs tasks, in their order, in slices of time. Node reads every socket that is ready before it reads one
 * again, so a thousand requests that arrive together would otherwise all be worked on first.
 */
export function createPacer({
  mayRun = () => true,
  maxTasks = Number.POSITIVE_INFINITY,
}: PacerOptions = {}): Pacer {
  const waiting: (() => void)[] = [];
  let slice: Slice | undefined;

  const hasTime = ({ end, tasks }: Slice): boolean =>
    tasks < maxTasks && end > 0 && (tasks === 0 || performance.now() < end);
  /** It is over when the event loop has looked for what else has arrived. */
  const startSlice = (): Slice => {
    setImmediate(endSlice);
    slice = { end: mayRun() ? performance.now() + SLICE_MS : 0, tasks: 0 };
    return slice;
  };
  const endSlice = (): void => {
    slice = undefined;
    if (waiting.length > 0) {
      const next = startSlice();
      while (waiting.length > 0 && hasTime(next)) {
        next.tasks++;
        waiting.shift()?.();
      }
    }
  };

  return (task) => {
    const current = slice ?? startSlice();
    if (waiting.length === 0 && hasTime(current)) {
      current.tasks++;
      task();
    } else {
      waiting.push(task);
    }
  };
}

/**
 * Node accepts one connection in a turn of its event loop. Where many wait, those turns are kept short:
 * requests are handled in one of so many.
 */
const ACCEPTS_PER_SLICE = 16;

/** Runs the work of requests between the turns in which connections are accepted. */
export interface HandlingPacer {
  readonly run: Pacer;
  /** A connection has been accepted. */
  onAccept(): void;
}

export function createHandlingPacer(): HandlingPacer {
  /** Connections since the last turn of the event loop, and since requests were handled. */
  const accepted = { inTurn: 0, sinceSlice: 0 };
  return {
    run: createPacer({ mayRun: () => isTimeForRequests(accepted) }),
    onAccept: () => {
      accepted.inTurn++;
    },
  };
}

function isTimeForRequests(accepted: { inTurn: number; sinceSlice: number }): boolean {
  const isAccepting = accepted.inTurn > 0;
  accepted.sinceSlice += accepted.inTurn;
  accepted.inTurn = 0;
  if (isAccepting && accepted.sinceSlice < ACCEPTS_PER_SLICE) {
    return false;
  }
  accepted.sinceSlice = 0;
  return true;
}

interface Slice {
  /** By `performance.now()`; 0 where no task may run. */
  readonly end: number;
  tasks: number;
}
