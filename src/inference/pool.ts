/** Worker threads with ONNX Runtime sessions: which one runs a batch, and what follows if one dies or hangs. */
import { workerModule } from '../entry-points.ts';
import { ClassifierError } from './errors.ts';
import { createGivenUp } from './given-up.ts';
import type { BatchResult, StartupMessage } from './messages.ts';
import { mayRetry, restartDelayMs } from './restart-policy.ts';
import {
  assignJob,
  closeSlot,
  type Job,
  type Slot,
  startSlot,
  type WorkerState,
} from './worker-slot.ts';

export type { WorkerState } from './worker-slot.ts';

/**
 * So soon after two batches ran at the same time, the next text may arrive while a single request runs,
 * and would share its CPUs.
 */
const CONCURRENT_WITHIN_MS = 20;

export interface Pool {
  /** Number of workers. */
  readonly size: number;
  /** How many batches could start now. */
  idle(): number;
  /**
   * Runs a batch on one worker.
   *
   * @param givenUp as `createGivenUp` has it.
   * @throws ClassifierError `worker-crashed` if two workers died or hung with it, `bad-model` if the model
   * refused it, `closed`.
   */
  run(texts: readonly string[], givenUp?: Uint8Array): Promise<BatchResult>;
  /** Number of workers in each state. */
  states(): Readonly<Record<WorkerState, number>>;
  /** Waits for running batches, releases the sessions and ends the threads, but for those that hang. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly size: number;
  /** One of the workers receives its `intraOpThreads`, the others 1. */
  readonly startup: StartupMessage;
  /** How long a batch may run before its worker is taken for hung. */
  readonly hungAfterMs: number;
  /** Called when a worker died or hung and another one is started. */
  readonly onRestart: (cause: Error) => void;
  /** Called when a worker has become ready, also after a restart. */
  readonly onReady: () => void;
  /** The module that the threads run. */
  readonly workerModule?: string | URL;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

interface State extends PoolOptions {
  readonly workerModule: string | URL;
  readonly now: () => number;
  phase: 'starting' | 'running' | 'closing';
  readonly slots: Slot[];
  readonly waiting: Job[];
  /** Workers in succession that died before they were ready. */
  failedStarts: number;
  readonly restartTimers: Set<NodeJS.Timeout>;
  /** When more than one batch ran or waited for the last time. */
  lastConcurrentAt: number;
}

/**
 * Starts the workers and waits until all are ready.
 *
 * @throws ClassifierError `bad-model` if one of them can't load the model.
 */
export async function createPool(options: PoolOptions): Promise<Pool> {
  const state: State = {
    ...options,
    workerModule: options.workerModule ?? workerModule(),
    now: options.now ?? (() => performance.now()),
    phase: 'starting',
    slots: [],
    waiting: [],
    failedStarts: 0,
    restartTimers: new Set(),
    lastConcurrentAt: Number.NEGATIVE_INFINITY,
  };
  await startAll(state);
  return {
    size: options.size,
    idle: () => inState(state, 'idle').length - state.waiting.length,
    run: (texts, givenUp = createGivenUp(texts.length)) => run(state, texts, givenUp),
    states: () => ({
      starting: inState(state, 'starting').length,
      idle: inState(state, 'idle').length,
      busy: inState(state, 'busy').length,
    }),
    close: () => close(state),
  };
}

function inState({ slots }: State, state: WorkerState): Slot[] {
  return slots.filter((slot) => slot.state === state);
}

async function startAll(state: State): Promise<void> {
  const starts = Array.from({ length: state.size }, () => startWorker(state));
  const outcomes = await Promise.allSettled(starts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await close(state);
    const cause: unknown = failed.reason;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClassifierError('bad-model', `the model can't be loaded: ${reason}`, { cause });
  }
  state.phase = 'running';
}

/** @returns a promise that resolves when the worker is ready, and rejects if it ends before that. */
function startWorker(state: State): Promise<void> {
  const { slots, workerModule, startup } = state;
  return new Promise((resolve, reject) => {
    const slot = startSlot({
      workerModule,
      startup,
      hasSingleRequestSession: !slots.some((other) => other.hasSingleRequestSession),
      onReady: () => {
        state.failedStarts = 0;
        resolve();
        state.onReady();
      },
      onIdle: (idle) => (state.phase === 'closing' ? closeSlot(idle) : dispatch(state)),
      onEnd: (ended, cause) => {
        slots.splice(slots.indexOf(ended), 1);
        reject(cause);
        if (state.phase === 'running') {
          replace(state, ended, cause);
        } else {
          ended.job?.reject(closed());
        }
      },
    });
    slots.push(slot);
  });
}

function run(state: State, texts: readonly string[], givenUp: Uint8Array): Promise<BatchResult> {
  return new Promise((resolve, reject) => {
    if (state.phase === 'closing') {
      reject(closed());
      return;
    }
    state.waiting.push({ texts, givenUp, attempts: 0, resolve, reject });
    dispatch(state);
  });
}

/** Assigns the jobs that wait to idle workers. */
function dispatch(state: State): void {
  const { waiting, slots } = state;
  const idle = inState(state, 'idle');
  if (inState(state, 'busy').length + waiting.length > 1) {
    state.lastConcurrentAt = state.now();
  }
  const isSingleRequest =
    waiting.length === 1 &&
    waiting[0]?.texts.length === 1 &&
    idle.length === slots.length &&
    state.now() - state.lastConcurrentAt > CONCURRENT_WITHIN_MS;
  if (isSingleRequest) {
    idle.sort((a, b) => Number(b.hasSingleRequestSession) - Number(a.hasSingleRequestSession));
  }
  for (const slot of idle) {
    const job = waiting.shift();
    if (!job) {
      return;
    }
    assignJob(slot, job, { isSingleRequest, hungAfterMs: state.hungAfterMs });
  }
}

/** Runs the job of a worker that died or hung again, or rejects it, and starts another worker. */
function replace(state: State, { state: endedIn, job }: Slot, cause: Error): void {
  if (job && mayRetry(job.attempts) && job.givenUp.includes(0)) {
    state.waiting.unshift(job);
  } else {
    job?.reject(new ClassifierError('worker-crashed', 'the batch ended its workers', { cause }));
  }
  state.failedStarts = endedIn === 'starting' ? state.failedStarts + 1 : 0;
  state.onRestart(cause);
  const timer = setTimeout(() => {
    state.restartTimers.delete(timer);
    // A start that fails ends in 'exit' too, which starts the next one.
    startWorker(state).catch(() => undefined);
  }, restartDelayMs(state.failedStarts));
  state.restartTimers.add(timer);
}

async function close(state: State): Promise<void> {
  state.phase = 'closing';
  for (const timer of state.restartTimers) {
    clearTimeout(timer);
  }
  for (const job of state.waiting.splice(0)) {
    job.reject(closed());
  }
  await Promise.all(
    state.slots.map((slot) => {
      // A busy worker is closed when its batch has ended.
      if (slot.state !== 'busy') {
        closeSlot(slot);
      }
      return slot.ended;
    }),
  );
}

function closed(): ClassifierError {
  return new ClassifierError('closed', 'the classifier is closed');
}
