/** A batcher whose batches end when the test ends them. */
import { type BatcherOptions, createBatcher, type Executor } from '../../src/inference/batcher.ts';
import type { BatchResult } from '../../src/inference/messages.ts';

export const silentObserver = {
  onLookUp: () => undefined,
  onDequeue: () => undefined,
  onRun: () => undefined,
};

/** The only logit of a text is its length, so that each result shows which text it belongs to. */
export function resultOf(texts: readonly string[]): BatchResult {
  return {
    logits: Float32Array.from(texts, (text) => text.length),
    tokens: Uint32Array.from(texts, (text) => text.length),
    unknown: new Uint32Array(texts.length),
    truncated: new Uint8Array(texts.length),
    projections: new Float64Array(),
    threadId: 1,
    tokenizing: { startedAt: 0, endedAt: 1 },
    runs: [{ texts: texts.length, startedAt: 1, endedAt: 2 }],
  };
}

interface RunningBatch {
  readonly texts: readonly string[];
  readonly givenUp: Uint8Array;
  /** Ends the batch; resolves when the batcher has processed its end. */
  end(error?: Error): Promise<void>;
}

function createLockedExecutor(workers: number) {
  const running: RunningBatch[] = [];
  const executor: Executor = {
    size: workers,
    idle: () => workers - running.length,
    run: (texts, givenUp) =>
      new Promise((resolve, reject) => {
        const batch = {
          texts,
          givenUp,
          end: async (error?: Error) => {
            running.splice(running.indexOf(batch), 1);
            error ? reject(error) : resolve(resultOf(texts));
            await new Promise(setImmediate);
          },
        };
        running.push(batch);
      }),
  };
  return { executor, running };
}

/** One worker, batches of up to 8 and a capacity of 10, unless stated. */
export function createLockedBatcher({
  workers = 1,
  ...options
}: Partial<BatcherOptions> & { workers?: number } = {}) {
  const { executor, running } = createLockedExecutor(workers);
  const batcher = createBatcher({
    executor,
    maxBatch: 8,
    capacity: 10,
    window: 128,
    requestTimeoutMs: 10_000,
    identifyLanguage: (text) => ({ language: `of ${text}`, confidence: 1 }),
    observer: silentObserver,
    ...options,
  });
  /** A request, and the function that cancels it. */
  const submitToCancel = (texts: readonly string[]) => {
    let cancel: (reason: unknown) => void = () => undefined;
    const promise = batcher.submit(texts, {
      onWaiting: (received) => {
        cancel = received;
      },
    });
    return { promise, cancel };
  };
  return { batcher, running, submitToCancel };
}
