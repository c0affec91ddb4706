/** Texts → labels and scores: cache, batcher, workers and tokenizer behind one function. */
import { readModelConfig } from '../artifacts/model-config.ts';
import type { ModelFiles } from '../artifacts/read.ts';
import { type Batcher, type BatcherObserver, createBatcher } from './batcher.ts';
import { type Cache, createCache } from './cache.ts';
import { type Answer, toClassification } from './classification.ts';
import type { ClassifyOptions } from './classify-options.ts';
import { orBadModel } from './errors.ts';
import type { GoldenError } from './golden.ts';
import type { IdentifyLanguage } from './language.ts';
import type { WorkerState } from './pool.ts';
import { hungAfterMs } from './restart-policy.ts';
import { startWorkers } from './start-workers.ts';
import type { TopicOf } from './topic/topic.ts';

export type { Answer, Classification } from './classification.ts';
export type { BatchTimes, ClassifyOptions, OnWaiting } from './classify-options.ts';
export type { ClientKey } from './fair-queue.ts';

/** A text was found in the cache, or already waited or ran, or neither. */
export type LookUp = 'hit' | 'shared' | 'miss';

export interface ClassifierStats {
  readonly queueLength: number;
  readonly queueCapacity: number;
  readonly workers: Readonly<Record<WorkerState, number>>;
}

export interface ClassifierObserver extends BatcherObserver {
  onLookUp(result: LookUp): void;
  /** A worker died or hung, and another one is started. */
  onWorkerRestart(cause: Error): void;
  /**
   * The CPU's fast int8 products saturate: with them, scores differ from the version's. Slower, non-saturating
   * ones are used.
   */
  onNonSaturatingInt8(found: GoldenError): void;
}

export interface ClassifierOptions {
  /** Verified files of the version. */
  readonly files: ModelFiles;
  readonly workers: number;
  readonly maxBatch: number;
  readonly queueCapacity: number;
  /** How long a request may take: a text that could not be answered in this time is refused. */
  readonly requestTimeoutMs: number;
  /** Size of the prediction cache in bytes; 0 disables it. */
  readonly cacheSize: number;
  readonly identifyLanguage: IdentifyLanguage;
  readonly observer: ClassifierObserver;
  /** False for a version that has no `golden.json` yet. */
  readonly hasGolden?: boolean;
}

export interface Classifier {
  readonly labels: readonly string[];
  /** Whether classifications have a topic. */
  readonly hasTopics: boolean;
  /**
   * Classifies texts, in their order.
   *
   * @throws ClassifierError `queue-full`, `would-wait-too-long`, `worker-crashed`, `bad-model` or
   * `closed`; the reason for which the request was cancelled.
   */
  classify(texts: readonly string[], options?: ClassifyOptions): Promise<Answer[]>;
  stats(): ClassifierStats;
  /** Ends the workers; to be called after the last `classify`. */
  close(): Promise<void>;
}

/**
 * Loads the model into its workers and checks that they compute the scores of `golden.json`.
 *
 * @throws ClassifierError `bad-model`, naming the file and what is wrong with it.
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { files, workers, maxBatch, queueCapacity, observer } = options;
  const config = orBadModel(() => readModelConfig(files));
  let onReady = (): void => undefined;
  const { pool, topicOf } = await startWorkers({
    files,
    config,
    workers,
    maxBatch,
    hasGolden: options.hasGolden ?? true,
    hungAfterMs: hungAfterMs(options.requestTimeoutMs),
    onRestart: observer.onWorkerRestart,
    onReady: () => onReady(),
    onNonSaturatingInt8: observer.onNonSaturatingInt8,
  });
  const batcher = createBatcher({
    executor: pool,
    maxBatch,
    capacity: queueCapacity,
    window: config.window,
    requestTimeoutMs: options.requestTimeoutMs,
    identifyLanguage: options.identifyLanguage,
    observer,
  });
  // Texts that waited while a dead worker was replaced.
  onReady = batcher.pump;
  const { labels } = config;
  const cache = createCache(options.cacheSize);
  const parts = { cache, batcher, labels, topicOf: topicOf ?? noTopic, observer };
  return {
    labels,
    hasTopics: topicOf !== undefined,
    classify: (texts, classifyOptions) => classify(parts, texts, classifyOptions),
    stats: () => ({
      queueLength: batcher.length(),
      queueCapacity,
      workers: pool.states(),
    }),
    close: pool.close,
  };
}

interface Parts {
  readonly cache: Cache;
  readonly batcher: Batcher;
  readonly labels: readonly string[];
  readonly topicOf: TopicOf;
  readonly observer: ClassifierObserver;
}

const noTopic = (): undefined => undefined;

/** Answers from the cache; what it does not have is submitted to the batcher, and kept. */
async function classify(
  { cache, batcher, labels, topicOf, observer }: Parts,
  texts: readonly string[],
  options?: ClassifyOptions,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const missing: number[] = [];
  texts.forEach((text, index) => {
    const classification = cache.get(text);
    if (classification) {
      answers[index] = { classification, cached: true };
    } else {
      missing.push(index);
    }
  });
  if (missing.length > 0) {
    const misses = missing.map((index) => texts[index] as string);
    const results = await batcher.submit(misses, options);
    results.forEach((result, at) => {
      const classification = toClassification(result, labels, topicOf);
      cache.set(misses[at] as string, classification);
      answers[missing[at] as number] = { classification, cached: false };
    });
  }
  for (let hit = missing.length; hit < texts.length; hit++) {
    observer.onLookUp('hit');
  }
  return answers;
}
