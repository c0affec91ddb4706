/** A worker thread with its state and the job it runs. */
import { Worker } from 'node:worker_threads';
import { ClassifierError } from './errors.ts';
import type { BatchResult, RequestMessage, ResponseMessage, StartupMessage } from './messages.ts';

/**
 * Heap for the objects of a batch, which are short-lived. V8's default lets garbage fill more memory,
 * without being faster: docs/decisions/0009-batching-and-sessions.md.
 */
const YOUNG_GENERATION_MB = 6;

export type WorkerState = 'starting' | 'idle' | 'busy';

/** A batch and the promise for its result. */
export interface Job {
  readonly texts: readonly string[];
  /** As `createGivenUp` has it. */
  readonly givenUp: Uint8Array;
  /** How many workers have received it. */
  attempts: number;
  resolve(result: BatchResult): void;
  reject(error: Error): void;
}

export interface Slot {
  readonly thread: Worker;
  /** True for the worker whose session with several intra-op threads runs single requests. */
  readonly hasSingleRequestSession: boolean;
  state: WorkerState;
  job?: Job;
  watchdog?: NodeJS.Timeout;
  /** Resolves when the worker has ended or is lost. */
  readonly ended: Promise<void>;
  /** To be called when it has ended or is lost. */
  readonly end: (cause: Error) => void;
}

export interface SlotOptions {
  readonly workerModule: string | URL;
  readonly startup: StartupMessage;
  readonly hasSingleRequestSession: boolean;
  /** The worker has loaded the model. */
  readonly onReady: () => void;
  /** The worker has loaded the model or finished a job, and can receive the next one. */
  readonly onIdle: (slot: Slot) => void;
  /**
   * The worker has ended, or is lost: its job does not return. A lost thread is not terminated, which would
   * abort the process if the thread is in native code.
   */
  readonly onEnd: (slot: Slot, cause: Error) => void;
}

/** Starts a worker thread. */
export function startSlot(options: SlotOptions): Slot {
  const { workerModule, startup, hasSingleRequestSession } = options;
  const intraOpThreads = hasSingleRequestSession ? startup.intraOpThreads : 1;
  const thread = new Worker(workerModule, {
    workerData: { ...startup, intraOpThreads },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  let onEnded = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  let hasEnded = false;
  const slot: Slot = {
    ...{ thread, hasSingleRequestSession, state: 'starting', ended },
    end: (cause) => {
      if (!hasEnded) {
        hasEnded = true;
        clearTimeout(slot.watchdog);
        options.onEnd(slot, cause);
        onEnded();
      }
    },
  };
  let cause = new Error('the worker thread ended by itself');
  thread.on('error', (error) => {
    cause = error instanceof Error ? error : new Error(String(error));
  });
  thread.on('message', (message: ResponseMessage) => {
    if (hasEnded) {
      // It was slow, and another worker has its job.
      closeSlot(slot);
    } else {
      receive(slot, message, options);
    }
  });
  // 'exit' follows 'error', so the end of a thread is handled here only.
  thread.on('exit', () => slot.end(cause));
  return slot;
}

function receive(slot: Slot, message: ResponseMessage, { onReady, onIdle }: SlotOptions): void {
  const { job } = slot;
  clearTimeout(slot.watchdog);
  slot.state = 'idle';
  delete slot.job;
  switch (message.type) {
    case 'ready':
      onReady();
      break;
    case 'result':
      job?.resolve(message.result);
      break;
    case 'error':
      job?.reject(new ClassifierError('bad-model', message.message));
      break;
  }
  onIdle(slot);
}

export interface Assignment {
  readonly isSingleRequest: boolean;
  /** The worker is lost if the job takes longer. */
  readonly hungAfterMs: number;
}

/** Sends a job to an idle worker. */
export function assignJob(
  slot: Slot,
  job: Job,
  { isSingleRequest, hungAfterMs }: Assignment,
): void {
  const { texts, givenUp } = job;
  job.attempts++;
  slot.state = 'busy';
  slot.job = job;
  slot.watchdog = setTimeout(() => {
    slot.end(new Error(`the worker thread has not returned for ${hungAfterMs / 1_000} s`));
  }, hungAfterMs);
  send(slot, { type: 'classify', texts, givenUp, isSingleRequest });
}

/** Ends a worker that is not busy, after it has released its sessions. */
export function closeSlot(slot: Slot): void {
  send(slot, { type: 'close' });
}

function send({ thread }: Slot, message: RequestMessage): void {
  thread.postMessage(message);
}
