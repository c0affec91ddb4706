/** Worker threads that hold the model's sessions. */
import { Worker } from 'node:worker_threads';
import { workerModule } from '../entry-points.ts';
import { ClassifierError } from './errors.ts';
import type { BatchResult, RequestMessage, ResponseMessage, StartupMessage } from './messages.ts';

/** A batch is run again once when its worker died; a second death is the batch's own fault. */
const MAX_ATTEMPTS = 2;
/** A worker that dies before it is ready is started again after 1 s, 2 s, 4 s … at most this. */
const MAX_RESTART_DELAY_MS = 30_000;

/**
 * A text is not alone where two met so shortly before: the next one would come while it runs, and share
 * its CPUs.
 */
const CONCURRENT_WITHIN_MS = 20;

/**
 * For the objects of a batch, which die young. V8's own 48 MB are filled before they are collected, to no
 * gain: with two workers, 369 to 432 MB were resident during a load, with this 365 to 382, at the same rate.
 */
const YOUNG_GENERATION_MB = 6;

export type WorkerState = 'starting' | 'idle' | 'busy';

export interface Pool {
  /** Number of workers. */
  readonly size: number;
  /** How many batches could start at once. */
  idle(): number;
  /**
   * Runs a batch on one worker.
   *
   * @throws ClassifierError `worker-crashed` where it killed two workers, `bad-model` where the
   * model refused it.
   */
  run(texts: readonly string[]): Promise<BatchResult>;
  /** Number of workers in each state. */
  states(): Readonly<Record<WorkerState, number>>;
  /** Lets running batches end, releases the sessions and ends the threads. */
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly size: number;
  /** One of the workers gets its `intraOpThreads`, the others 1. */
  readonly startup: StartupMessage;
  /** Called when a worker died and another one is started. */
  readonly onRestart: (cause: Error) => void;
  /** Called when a worker has become ready, also after a restart. */
  readonly onReady: () => void;
  /** The module that the threads run. */
  readonly workerModule?: string | URL;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

interface Job {
  readonly texts: readonly string[];
  attempts: number;
  resolve(result: BatchResult): void;
  reject(error: Error): void;
}

interface Slot {
  thread: Worker;
  /** Whether it gets what comes alone. */
  readonly takesSingleRequests: boolean;
  state: WorkerState;
  job?: Job;
}

/**
 * Starts the workers and waits until all are ready.
 *
 * @throws ClassifierError `bad-model` where one of them can't load the model.
 */
export async function createPool(options: PoolOptions): Promise<Pool> {
  const { size, startup, onRestart, onReady } = options;
  const now = options.now ?? (() => performance.now());
  const module = options.workerModule ?? workerModule();
  const slots: Slot[] = [];
  const waiting: Job[] = [];
  let started = false;
  let closing = false;
  let failedStarts = 0;
  /** When more than one batch ran or waited for the last time. */
  let lastConcurrentAt = Number.NEGATIVE_INFINITY;
  const restarts = new Set<NodeJS.Timeout>();

  const inState = (state: WorkerState): Slot[] => slots.filter((slot) => slot.state === state);

  const dispatch = (): void => {
    const idle = inState('idle');
    if (inState('busy').length + waiting.length > 1) {
      lastConcurrentAt = now();
    }
    const isSingleRequest =
      waiting.length === 1 &&
      waiting[0]?.texts.length === 1 &&
      idle.length === slots.length &&
      now() - lastConcurrentAt > CONCURRENT_WITHIN_MS;
    if (isSingleRequest) {
      idle.sort((a, b) => Number(b.takesSingleRequests) - Number(a.takesSingleRequests));
    }
    for (const slot of idle) {
      const job = waiting.shift();
      if (!job) {
        return;
      }
      job.attempts++;
      slot.state = 'busy';
      slot.job = job;
      send(slot, { type: 'classify', texts: job.texts, isSingleRequest });
    }
  };

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const takesSingleRequests = !slots.some((slot) => slot.takesSingleRequests);
      const intraOpThreads = takesSingleRequests ? startup.intraOpThreads : 1;
      const thread = new Worker(module, {
        workerData: { ...startup, intraOpThreads },
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      });
      const slot: Slot = { thread, takesSingleRequests, state: 'starting' };
      slots.push(slot);
      let failure = new Error('the worker thread ended by itself');
      slot.thread.on('error', (error) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      slot.thread.on('message', (message: ResponseMessage) => {
        const { job } = slot;
        slot.state = 'idle';
        delete slot.job;
        switch (message.type) {
          case 'ready':
            failedStarts = 0;
            resolve();
            onReady();
            break;
          case 'result':
            job?.resolve(message.result);
            break;
          case 'error':
            job?.reject(new ClassifierError('bad-model', message.message));
            break;
        }
        if (closing) {
          send(slot, { type: 'close' });
        } else {
          dispatch();
        }
      });
      // 'exit' follows 'error', so it alone decides what a death means.
      slot.thread.on('exit', () => {
        slots.splice(slots.indexOf(slot), 1);
        reject(failure);
        if (!closing && started) {
          replace(slot, failure);
        }
      });
    });

  const replace = ({ state, job }: Slot, cause: Error): void => {
    if (job && job.attempts < MAX_ATTEMPTS) {
      waiting.unshift(job);
    } else {
      job?.reject(new ClassifierError('worker-crashed', 'the batch ended two workers', { cause }));
    }
    failedStarts = state === 'starting' ? failedStarts + 1 : 0;
    const delayMs =
      failedStarts === 0 ? 0 : Math.min(1000 * 2 ** (failedStarts - 1), MAX_RESTART_DELAY_MS);
    onRestart(cause);
    const timer = setTimeout(() => {
      restarts.delete(timer);
      // A start that fails ends in 'exit' too, which tries again.
      start().catch(() => undefined);
    }, delayMs);
    restarts.add(timer);
  };

  const close = async (): Promise<void> => {
    closing = true;
    for (const timer of restarts) {
      clearTimeout(timer);
    }
    for (const job of waiting.splice(0)) {
      job.reject(new ClassifierError('closed', 'the classifier is closed'));
    }
    await Promise.all(
      slots.map(({ thread, state }, index) => {
        const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
        if (state !== 'busy') {
          send(slots[index] as Slot, { type: 'close' });
        }
        return ended;
      }),
    );
  };

  const starts = await Promise.allSettled(Array.from({ length: size }, start));
  const failed = starts.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await close();
    const cause: unknown = failed.reason;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClassifierError('bad-model', `the model can't be loaded: ${reason}`, { cause });
  }
  started = true;

  return {
    size,
    idle: () => inState('idle').length - waiting.length,
    run: (texts) =>
      new Promise((resolve, reject) => {
        if (closing) {
          reject(new ClassifierError('closed', 'the classifier is closed'));
          return;
        }
        waiting.push({ texts, attempts: 0, resolve, reject });
        dispatch();
      }),
    states: () => ({
      starting: inState('starting').length,
      idle: inState('idle').length,
      busy: inState('busy').length,
    }),
    close,
  };
}

function send({ thread }: Slot, message: RequestMessage): void {
  thread.postMessage(message);
}
