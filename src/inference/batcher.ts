/** The queue before the workers: what waits, what goes together, what is turned away. */
import { ClassifierError } from './errors.ts';
import type { BatchResult, Run } from './messages.ts';
import { estimateLength } from './runs.ts';

/** Texts of like length are looked for among the oldest of the queue only, so choosing stays cheap. */
const WINDOW = 64;

/**
 * A worker that becomes free while the others are busy takes as many times its equal share: until the
 * next one is free, more has come. It does not take all, or that one might find a single text. Measured
 * with two workers, seven interleaved rounds of 1, 1.2, 1.4 and 1.6: 1.4 answers 1.06 × as much as 1 at 8
 * connections and 1.01 × at 32, with a p99 of 0.9 ×.
 */
const SINGLE_WORKER_SHARE = 1.4;

/**
 * What waits longer than its client does has been computed for nobody. Once the queue has not been empty
 * for long enough to tell how fast it empties …
 */
const MEASURED_AFTER_MS = 500;
/** … a burst may fill it with as much as is answered in this share of the time that a request has. */
const BURST_SHARE = 0.5;

/**
 * What comes all the time may not keep the queue that full, or every answer would be as late, and stay so
 * when the load is over. A queue that has not been empty for this long is standing (the idea of CoDel,
 * RFC 8289) …
 */
const STANDING_AFTER_MS = 2_000;
/** … and takes no more than is answered in this share. */
const STANDING_SHARE = 0.1;

/** Where batches are run. */
export interface Executor {
  /** How many batches can run at once. */
  readonly size: number;
  /** How many batches could start at once. */
  idle(): number;
  run(texts: readonly string[]): Promise<BatchResult>;
}

/** What a text is in. */
export interface Language {
  readonly language: string;
  readonly confidence: number;
}

/** Raw outcome of one text. */
export interface TextResult {
  /** `[labels]` */
  readonly logits: Float32Array;
  readonly tokens: number;
  readonly unknown: number;
  readonly truncated: boolean;
  readonly language: Language;
}

export interface BatcherObserver {
  /** A text was accepted; it is shared where it waited or ran already. */
  onQueue(isShared: boolean): void;
  /** A text left the queue for a worker. */
  onDequeue(waitMs: number): void;
  onRun(run: Run): void;
}

export interface BatcherOptions {
  readonly executor: Executor;
  /** Most texts handed to a worker at once. */
  readonly maxBatch: number;
  /** Most texts that wait. */
  readonly capacity: number;
  /** How long a request may take. */
  readonly requestTimeoutMs: number;
  /**
   * Asked for a batch's texts in a row, while a worker runs it: after the first one, its tables are in
   * the CPU's cache.
   */
  readonly identifyLanguage: (text: string) => Language;
  readonly observer: BatcherObserver;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

/** Not an `AbortSignal`: to make one, to listen to it and to let it go takes 18 µs of a request. */
export type OnWaiting = (giveUp: (reason: unknown) => void) => void;

export interface Batcher {
  /**
   * Queues the texts of one request. A text that waits or runs already, for this request or another
   * one, is not queued again: all get its result.
   *
   * @param onWaiting called at once with what gives the request up: what waits for it alone is then
   * dropped, and the promise rejects with the reason. Once the promise is settled it does nothing.
   * @returns one result a text, in the order of `texts`.
   * @throws ClassifierError `queue-full`, without a promise, where they don't all fit in, or where more
   * waits already than can be answered in time.
   */
  submit(texts: readonly string[], onWaiting?: OnWaiting): Promise<TextResult[]>;
  /** Texts that wait. */
  length(): number;
  /** Tells the batcher that a worker may have become free. */
  pump(): void;
}

interface Request {
  readonly results: TextResult[];
  readonly items: Set<Item>;
  missing: number;
  settled: boolean;
  resolve(results: TextResult[]): void;
  reject(error: unknown): void;
}

/** A text that waits or runs. */
interface Item {
  readonly text: string;
  /** As `estimateLength` tells it. */
  readonly length: number;
  readonly queuedAt: number;
  /** Who gets its result, and as which of their texts. */
  waiters: { readonly request: Request; readonly index: number }[];
}

/** A batcher takes work as soon as a worker is free: it never waits for a batch to fill. */
export function createBatcher(options: BatcherOptions): Batcher {
  const { executor, maxBatch, capacity, requestTimeoutMs, identifyLanguage, observer } = options;
  const now = options.now ?? (() => performance.now());
  let queue: Item[] = [];
  /** What waits or runs, by its text. */
  const items = new Map<string, Item>();
  /** When the queue was empty for the last time, and how many texts have left it since. */
  let lastEmptyAt = now();
  let taken = 0;

  const limit = (): number => {
    const notEmptyMs = now() - lastEmptyAt;
    if (queue.length === 0 || notEmptyMs < MEASURED_AFTER_MS) {
      return capacity;
    }
    const share = notEmptyMs < STANDING_AFTER_MS ? BURST_SHARE : STANDING_SHARE;
    const inTime = Math.ceil((taken / notEmptyMs) * requestTimeoutMs * share);
    // A batch for each worker may always wait: where all are at long ones, nothing has left the queue yet.
    return Math.min(capacity, Math.max(inTime, maxBatch * executor.size));
  };

  const settle = (request: Request, error?: unknown): void => {
    if (request.settled) {
      return;
    }
    request.settled = true;
    if (error === undefined) {
      request.resolve(request.results);
      return;
    }
    const dropped = new Set<Item>();
    for (const item of request.items) {
      item.waiters = item.waiters.filter((waiter) => waiter.request !== request);
      if (item.waiters.length === 0) {
        dropped.add(item);
      }
    }
    queue = queue.filter((item) => {
      const isDropped = dropped.has(item);
      if (isDropped) {
        items.delete(item.text);
      }
      return !isDropped;
    });
    request.reject(error);
  };

  const runBatch = async (batch: readonly Item[]): Promise<void> => {
    const startedAt = now();
    for (const { queuedAt } of batch) {
      observer.onDequeue(startedAt - queuedAt);
    }
    const texts = batch.map(({ text }) => text);
    const running = executor.run(texts);
    const telling = Promise.resolve().then(() => texts.map(identifyLanguage));
    const [run, languages] = await Promise.allSettled([running, telling]);
    let rows: TextResult[] = [];
    let failure: unknown;
    if (run.status === 'rejected') {
      failure = run.reason;
    } else if (languages.status === 'rejected') {
      failure = languages.reason;
    } else {
      run.value.runs.forEach(observer.onRun);
      rows = splitResult(run.value, languages.value);
    }
    batch.forEach((item, at) => {
      items.delete(item.text);
      for (const { request, index } of item.waiters) {
        if (failure !== undefined) {
          settle(request, failure);
          continue;
        }
        request.results[index] = rows[at] as TextResult;
        request.missing--;
        if (request.missing === 0) {
          settle(request);
        }
      }
    });
    pump();
  };

  const pump = (): void => {
    // Workers that are free together share what waits: one request of many texts uses them all.
    const share = executor.idle() > 1 ? 1 : SINGLE_WORKER_SHARE;
    const count = Math.min(maxBatch, Math.ceil((share * queue.length) / executor.size));
    while (executor.idle() > 0 && queue.length > 0) {
      const batch = chooseBatch(queue, count);
      queue = queue.filter((item) => !batch.has(item));
      taken += batch.size;
      // It settles its requests itself and never rejects.
      void runBatch([...batch]);
    }
  };

  const enqueue = (texts: readonly string[], request: Request): void => {
    const queuedAt = now();
    if (queue.length === 0) {
      lastEmptyAt = queuedAt;
      taken = 0;
    }
    texts.forEach((text, index) => {
      let item = items.get(text);
      observer.onQueue(item !== undefined);
      if (!item) {
        item = { text, length: estimateLength(text), queuedAt, waiters: [] };
        items.set(text, item);
        queue.push(item);
      }
      item.waiters.push({ request, index });
      request.items.add(item);
    });
  };

  return {
    submit: (texts, onWaiting) => {
      const added = new Set(texts.filter((text) => !items.has(text))).size;
      const most = limit();
      if (queue.length + added > most) {
        const room = Math.max(0, most - queue.length);
        throw new ClassifierError('queue-full', `the queue has room for ${room} texts of ${most}`);
      }
      return new Promise((resolve, reject) => {
        const request: Request = {
          results: new Array(texts.length),
          items: new Set(),
          missing: texts.length,
          settled: false,
          resolve,
          reject,
        };
        enqueue(texts, request);
        onWaiting?.((reason) => settle(request, reason));
        pump();
      });
    },
    length: () => queue.length,
    pump,
  };
}

/** The oldest item, so that none waits for ever, and those nearest to it in length. */
function chooseBatch(queue: readonly Item[], count: number): Set<Item> {
  const [oldest, ...others] = queue.slice(0, Math.max(WINDOW, count)) as [Item, ...Item[]];
  const distance = ({ length }: Item): number => Math.abs(length - oldest.length);
  others.sort((a, b) => distance(a) - distance(b));
  return new Set([oldest, ...others.slice(0, count - 1)]);
}

/** Cuts a batch's arrays into one result a text. */
function splitResult(
  { logits, tokens, unknown, truncated }: BatchResult,
  languages: readonly Language[],
): TextResult[] {
  const labels = logits.length / tokens.length;
  return Array.from(tokens, (count, row) => ({
    logits: logits.subarray(row * labels, (row + 1) * labels),
    tokens: count,
    unknown: unknown[row] as number,
    truncated: truncated[row] === 1,
    language: languages[row] as Language,
  }));
}
