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
}

export interface SlotOptions {
  readonly workerModule: string | URL;
  readonly startup: StartupMessage;
  readonly hasSingleRequestSession: boolean;
  /** The worker has loaded the model. */
  readonly onReady: () => void;
  /** The worker has loaded the model or finished a job, and can receive the next one. */
  readonly onIdle: (slot: Slot) => void;
  readonly onExit: (slot: Slot, cause: Error) => void;
}

/** Starts a worker thread. */
export function startSlot(options: SlotOptions): Slot {
  const { workerModule, startup, hasSingleRequestSession, onReady, onIdle, onExit } = options;
  const intraOpThreads = hasSingleRequestSession ? startup.intraOpThreads : 1;
  const thread = new Worker(workerModule, {
    workerData: { ...startup, intraOpThreads },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const slot: Slot = { thread, hasSingleRequestSession, state: 'starting' };
  let cause = new Error('the worker thread ended by itself');
  thread.on('error', (error) => {
    cause = error instanceof Error ? error : new Error(String(error));
  });
  thread.on('message', (message: ResponseMessage) => {
    const { job } = slot;
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
  });
  // 'exit' follows 'error', so the end of a thread is handled here only.
  thread.on('exit', () => onExit(slot, cause));
  return slot;
}

/** Sends a job to an idle worker. */
export function assignJob(slot: Slot, job: Job, isSingleRequest: boolean): void {
  job.attempts++;
  slot.state = 'busy';
  slot.job = job;
  send(slot, { type: 'classify', texts: job.texts, isSingleRequest });
}

/** Ends a worker that is not busy, after it has released its sessions. */
export function closeSlot(slot: Slot): void {
  send(slot, { type: 'close' });
}

function send({ thread }: Slot, message: RequestMessage): void {
  thread.postMessage(message);
}
