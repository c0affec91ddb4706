/** The queue before the workers: which texts wait, which form a batch, which are refused. */
import { type BusyPeriod, queueLimit } from './admission.ts';
import { batchSize, selectBatch } from './batch-selection.ts';
import type { ClassifyOptions } from './classify-options.ts';
import { ClassifierError } from './errors.ts';
import type { IdentifyLanguage } from './language.ts';
import type { BatchResult, Run } from './messages.ts';
import {
  deliver,
  type PendingRequest,
  type QueuedText,
  rejectRequest,
  reportBatch,
} from './pending-request.ts';
import { estimateLength } from './runs.ts';
import { splitBatchResult, type TextResult } from './text-result.ts';

/** Where batches are run. */
export interface Executor {
  /** How many batches can run at the same time. */
  readonly size: number;
  /** How many batches could start now. */
  idle(): number;
  run(texts: readonly string[]): Promise<BatchResult>;
}

export interface BatcherObserver {
  /** A text was accepted: `shared` if the same text already waited or ran. */
  onLookUp(result: 'shared' | 'miss'): void;
  /** A text left the queue for a worker. */
  onDequeue(waitMs: number): void;
  onRun(run: Run): void;
}

export interface BatcherOptions {
  readonly executor: Executor;
  /** Maximum number of texts in a batch. */
  readonly maxBatch: number;
  /** Maximum number of texts that wait. */
  readonly capacity: number;
  /** How long a request may take. */
  readonly requestTimeoutMs: number;
  /**
   * Called for all texts of a batch one after the other, while a worker runs it: after the first text,
   * the tables of the language model are in the CPU's cache.
   */
  readonly identifyLanguage: IdentifyLanguage;
  readonly observer: BatcherObserver;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

export interface Batcher {
  /**
   * Queues the texts of one request. A text that already waits or runs, for this request or another
   * one, is not queued again: all of them receive its result.
   *
   * @returns one result for each text, in the order of `texts`.
   * @throws ClassifierError `queue-full`, synchronously, if the texts do not all fit in the queue, or
   * could not be answered in time.
   */
  submit(texts: readonly string[], options?: ClassifyOptions): Promise<TextResult[]>;
  /** How many texts wait. */
  length(): number;
  /** Starts batches on idle workers; to be called when a worker may have become idle. */
  pump(): void;
}

interface State extends BatcherOptions {
  readonly now: () => number;
  /** The oldest first. */
  queue: QueuedText[];
  /** The texts that wait or run. */
  readonly unfinished: Map<string, QueuedText>;
  busyPeriod: BusyPeriod;
}

/** Creates a batcher that starts a batch as soon as a worker is idle: it never waits for more texts. */
export function createBatcher(options: BatcherOptions): Batcher {
  const now = options.now ?? (() => performance.now());
  const state: State = {
    ...options,
    now,
    queue: [],
    unfinished: new Map(),
    busyPeriod: { startedAt: now(), dequeued: 0 },
  };
  return {
    submit: (texts, classifyOptions) => submit(state, texts, classifyOptions),
    length: () => state.queue.length,
    pump: () => pump(state),
  };
}

function submit(
  state: State,
  texts: readonly string[],
  options?: ClassifyOptions,
): Promise<TextResult[]> {
  const queuedAt = state.now();
  if (state.queue.length === 0) {
    state.busyPeriod = { startedAt: queuedAt, dequeued: 0 };
  }
  assertRoom(state, texts, queuedAt);
  return new Promise((resolve, reject) => {
    const request: PendingRequest = {
      queuedAt,
      results: new Array(texts.length),
      texts: new Set(),
      missing: texts.length,
      isSettled: false,
      onBatch: options?.onBatch,
      resolve,
      reject,
    };
    enqueue(state, texts, request);
    options?.onWaiting?.((reason) => cancel(state, request, reason));
    pump(state);
  });
}

/** @throws ClassifierError `queue-full` */
function assertRoom(
  { queue, unfinished, executor, maxBatch, capacity, requestTimeoutMs, busyPeriod }: State,
  texts: readonly string[],
  nowMs: number,
): void {
  const added = new Set(texts.filter((text) => !unfinished.has(text))).size;
  const minLimit = maxBatch * executor.size;
  const limit = queueLimit(busyPeriod, nowMs, { capacity, minLimit, requestTimeoutMs });
  if (queue.length + added > limit) {
    const room = Math.max(0, limit - queue.length);
    throw new ClassifierError('queue-full', `the queue has room for ${room} texts of ${limit}`);
  }
}

function enqueue(state: State, texts: readonly string[], request: PendingRequest): void {
  const { queue, unfinished, observer } = state;
  const { queuedAt } = request;
  texts.forEach((text, index) => {
    let queued = unfinished.get(text);
    observer.onLookUp(queued ? 'shared' : 'miss');
    if (!queued) {
      queued = { text, length: estimateLength(text), queuedAt, waiters: [] };
      unfinished.set(text, queued);
      queue.push(queued);
    }
    queued.waiters.push({ request, index });
    request.texts.add(queued);
  });
}

/** Rejects a request, and removes from the queue the texts that no other request waits for. */
function cancel(state: State, request: PendingRequest, reason: unknown): void {
  const abandoned = rejectRequest(request, reason);
  if (abandoned.size === 0) {
    return;
  }
  state.queue = state.queue.filter((queued) => {
    const isAbandoned = abandoned.has(queued);
    if (isAbandoned) {
      state.unfinished.delete(queued.text);
    }
    return !isAbandoned;
  });
}

function pump(state: State): void {
  const { executor, maxBatch } = state;
  const load = {
    queued: state.queue.length,
    workers: executor.size,
    idleWorkers: executor.idle(),
  };
  const count = batchSize(load, maxBatch);
  while (executor.idle() > 0 && state.queue.length > 0) {
    const batch = selectBatch(state.queue, count);
    state.queue = state.queue.filter((queued) => !batch.has(queued));
    state.busyPeriod.dequeued += batch.size;
    // It never rejects: an error rejects the requests of the batch.
    void runBatch(state, [...batch]);
  }
}

async function runBatch(state: State, batch: readonly QueuedText[]): Promise<void> {
  const { executor, identifyLanguage, observer, now, unfinished } = state;
  const startedAt = now();
  for (const { queuedAt } of batch) {
    observer.onDequeue(startedAt - queuedAt);
  }
  const texts = batch.map(({ text }) => text);
  const running = executor.run(texts);
  const identifying = Promise.resolve().then(() => texts.map(identifyLanguage));
  const [run, languages] = await Promise.allSettled([running, identifying]);
  reportBatch(batch, { startedAt, endedAt: now() });
  for (const { text } of batch) {
    unfinished.delete(text);
  }
  if (run.status === 'rejected') {
    rejectBatch(state, batch, run.reason);
  } else if (languages.status === 'rejected') {
    rejectBatch(state, batch, languages.reason);
  } else {
    run.value.runs.forEach(observer.onRun);
    const results = splitBatchResult(run.value, languages.value);
    batch.forEach((queued, at) => {
      deliver(queued, results[at] as TextResult);
    });
  }
  pump(state);
}

function rejectBatch(state: State, batch: readonly QueuedText[], error: unknown): void {
  for (const { waiters } of batch) {
    for (const { request } of waiters) {
      cancel(state, request, error);
    }
  }
}
