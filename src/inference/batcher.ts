/** The queue before the workers: which texts wait, which form a batch, which are refused. */
import { advance, type BusyPeriod, decide } from './admission.ts';
import { batchCost, selectBatch, WINDOW } from './batch-selection.ts';
import type { ClassifyOptions } from './classify-options.ts';
import { COST_PER_TEXT, totalCost } from './cost.ts';
import { createDrainRate, type DrainRate } from './drain-rate.ts';
import { type ClientKey, createFairQueue, type FairQueue } from './fair-queue.ts';
import { createGivenUp } from './given-up.ts';
import type { IdentifyLanguage } from './language.ts';
import type { BatchResult, Run } from './messages.ts';
import {
  deliver,
  type PendingRequest,
  type QueuedText,
  rejectRequest,
  reportBatch,
  toQueuedText,
} from './pending-request.ts';
import { refusal } from './refusal.ts';
import { splitBatchResult, type TextResult } from './text-result.ts';

/** Where batches are run. */
export interface Executor {
  /** How many batches can run at the same time. */
  readonly size: number;
  /** How many batches could start now. */
  idle(): number;
  /** @param givenUp as `createGivenUp` has it. */
  run(texts: readonly string[], givenUp: Uint8Array): Promise<BatchResult>;
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
  /** Maximum number of texts in a batch; fewer if they are long. */
  readonly maxBatch: number;
  /** Maximum number of texts that wait; fewer if they are long. */
  readonly capacity: number;
  /** Maximum number of tokens of a text. */
  readonly window: number;
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
   * @throws ClassifierError `queue-full` or `would-wait-too-long`, synchronously.
   */
  submit(texts: readonly string[], options?: ClassifyOptions): Promise<TextResult[]>;
  /** How many texts wait. */
  length(): number;
  /** Starts batches on idle workers; to be called when a worker may have become idle. */
  pump(): void;
}

interface State extends BatcherOptions {
  readonly now: () => number;
  readonly queue: FairQueue<QueuedText>;
  /** The texts that wait or run. */
  readonly unfinished: Map<string, QueuedText>;
  readonly busyPeriod: BusyPeriod;
  readonly drainRate: DrainRate;
  /** Whether the next batch takes the texts that have waited longest; else, the first in the fair order. */
  isOldestNext: boolean;
}

/** Creates a batcher that starts a batch as soon as a worker is idle: it never waits for more texts. */
export function createBatcher(options: BatcherOptions): Batcher {
  const now = options.now ?? (() => performance.now());
  const state: State = {
    ...options,
    now,
    queue: createFairQueue(),
    unfinished: new Map(),
    busyPeriod: { ms: 0, at: now() },
    drainRate: createDrainRate(options.executor.size),
    isOldestNext: false,
  };
  return {
    submit: (texts, classifyOptions) => submit(state, texts, classifyOptions),
    length: state.queue.length,
    pump: () => pump(state),
  };
}

function submit(
  state: State,
  texts: readonly string[],
  options?: ClassifyOptions,
): Promise<TextResult[]> {
  const queuedAt = state.now();
  advance(state.busyPeriod, queuedAt, state.queue.length() === 0);
  let added = findNew(state, texts, queuedAt);
  if (makeRoom(state, added, options?.client)) {
    // Some of the texts may have been waiting for a request that was rejected.
    added = findNew(state, texts, queuedAt);
  }
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
    enqueue(state, { texts, added, request, client: options?.client });
    options?.onWaiting?.((reason) => cancel(state, request, reason));
    pump(state);
  });
}

/** The texts that neither wait nor run, once each. */
function findNew(
  { unfinished, window }: State,
  texts: readonly string[],
  queuedAt: number,
): QueuedText[] {
  return [...new Set(texts)]
    .filter((text) => !unfinished.has(text))
    .map((text) => toQueuedText(text, queuedAt, window));
}

/**
 * Refuses a request, or rejects those that have to leave the queue for it.
 *
 * @returns true if requests were rejected.
 * @throws ClassifierError `queue-full` or `would-wait-too-long`.
 */
function makeRoom(state: State, texts: readonly QueuedText[], client: ClientKey): boolean {
  const { queue, capacity, maxBatch, executor, requestTimeoutMs } = state;
  const added = totalCost(texts);
  const queued = queue.cost();
  const limits = {
    capacity: capacity * COST_PER_TEXT,
    minLimit: maxBatch * executor.size * COST_PER_TEXT,
    requestTimeoutMs,
  };
  if (queued + added <= Math.min(limits.minLimit, limits.capacity)) {
    return false;
  }
  const position = queue.positionOf(client, added);
  const rate = state.drainRate.perMs();
  const verdict = decide({ added, queued, rate, busyMs: state.busyPeriod.ms, ...position }, limits);
  switch (verdict.type) {
    case 'admitted':
      evict(state, queued - verdict.evicted, position.tag);
      return verdict.evicted > 0;
    case 'queue-full':
    case 'would-wait-too-long':
      queue.refuse(client);
      throw refusal(verdict, { capacity, queued: queued / COST_PER_TEXT });
  }
}

/** Rejects requests, the last in the fair order first, until the queue costs no more than `maxCost`. */
function evict(state: State, maxCost: number, tag: number): void {
  const { queue, capacity, drainRate } = state;
  const rate = drainRate.perMs();
  const next = (): QueuedText | undefined =>
    queue.cost() > maxCost ? queue.lastAfter(tag) : undefined;
  for (let last = next(); last; last = next()) {
    const retryAfterMs = rate === undefined ? 0 : queue.cost() / rate;
    const queued = queue.cost() / COST_PER_TEXT;
    const error = refusal({ type: 'queue-full', retryAfterMs }, { capacity, queued });
    for (const { request } of last.waiters) {
      cancel(state, request, error);
    }
  }
}

interface Submission {
  readonly texts: readonly string[];
  /** Those of them that neither wait nor run. */
  readonly added: readonly QueuedText[];
  readonly request: PendingRequest;
  readonly client: ClientKey;
}

function enqueue(state: State, { texts, added, request, client }: Submission): void {
  const { queue, unfinished, observer } = state;
  const misses = new Map(added.map((queued) => [queued.text, queued]));
  texts.forEach((text, index) => {
    const miss = misses.get(text);
    const isShared = !miss || unfinished.has(text);
    observer.onLookUp(isShared ? 'shared' : 'miss');
    const queued = miss ?? (unfinished.get(text) as QueuedText);
    if (!miss) {
      queue.join(client, queued);
    }
    unfinished.set(text, queued);
    queued.waiters.push({ request, index });
    request.texts.add(queued);
  });
  queue.add(client, added);
}

/** Rejects a request, and gives up the texts that no other request waits for. */
function cancel(state: State, request: PendingRequest, reason: unknown): void {
  const abandoned = rejectRequest(request, reason);
  if (abandoned.size === 0) {
    return;
  }
  state.queue.remove(abandoned);
  for (const queued of abandoned) {
    // Its worker may leave it out, so no other request may wait for its result.
    forget(state, queued);
    queued.giveUp?.();
  }
}

/** A later request with the same text has it run again. */
function forget({ unfinished }: State, queued: QueuedText): void {
  if (unfinished.get(queued.text) === queued) {
    unfinished.delete(queued.text);
  }
}

function pump(state: State): void {
  const { executor, maxBatch, queue } = state;
  const maxCost = batchCost(
    { queued: queue.cost(), workers: executor.size, idleWorkers: executor.idle() },
    maxBatch,
  );
  const count = Math.max(WINDOW, maxBatch);
  while (executor.idle() > 0 && queue.length() > 0) {
    const candidates = state.isOldestNext ? queue.inArrivalOrder(count) : queue.inFairOrder(count);
    state.isOldestNext = !state.isOldestNext;
    const batch = selectBatch(candidates, maxCost);
    queue.serve(batch);
    // It never rejects: an error rejects the requests of the batch.
    void runBatch(state, [...batch]);
  }
}

async function runBatch(state: State, batch: readonly QueuedText[]): Promise<void> {
  const { executor, identifyLanguage, observer, now } = state;
  const startedAt = now();
  const givenUp = createGivenUp(batch.length);
  batch.forEach((queued, at) => {
    observer.onDequeue(startedAt - queued.queuedAt);
    queued.giveUp = () => void givenUp.fill(1, at, at + 1);
  });
  const texts = batch.map(({ text }) => text);
  const running = executor.run(texts, givenUp);
  const identifying = Promise.resolve().then(() => texts.map(identifyLanguage));
  const [run, languages] = await Promise.allSettled([running, identifying]);
  const endedAt = now();
  const report = run.status === 'fulfilled' ? run.value : undefined;
  reportBatch(batch, { startedAt, endedAt, report });
  for (const queued of batch) {
    forget(state, queued);
  }
  if (run.status === 'rejected') {
    rejectBatch(state, batch, run.reason);
  } else if (languages.status === 'rejected') {
    rejectBatch(state, batch, languages.reason);
  } else {
    if (!givenUp.includes(1)) {
      state.drainRate.record(totalCost(batch), endedAt - startedAt);
    }
    run.value.runs.forEach(observer.onRun);
    const results = splitBatchResult(run.value, languages.value);
    batch.forEach((queued, at) => {
      deliver(queued, results[at] as TextResult);
    });
  }
  advance(state.busyPeriod, endedAt, state.queue.length() === 0);
  pump(state);
}

function rejectBatch(state: State, batch: readonly QueuedText[], error: unknown): void {
  for (const { waiters } of batch) {
    for (const { request } of waiters) {
      cancel(state, request, error);
    }
  }
}
