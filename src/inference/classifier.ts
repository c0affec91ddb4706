/** Texts in, labels and scores out: the tokenizer, batcher and workers behind one function. */

import { readModelConfig } from '../artifacts/model-config.ts';
import { type ModelFiles, modelFile } from '../artifacts/read.ts';
import { availableCpus } from '../config/cpu-quota.ts';
import {
  type BatcherObserver,
  createBatcher,
  type Language,
  type OnWaiting,
  type TextResult,
} from './batcher.ts';
import { createCache } from './cache.ts';
import { orBadModel } from './errors.ts';
import { checkGolden, GoldenError } from './golden.ts';
import { argmax, softmax } from './logits.ts';
import { createPool, type Pool, type WorkerState } from './pool.ts';

/**
 * CPUs that a text may use which comes while nothing else is asked. Measured on two cores, raw runtime,
 * 2 ms between texts: 3.46 → 2.28 ms with two, at a third more CPU time. More were not measured.
 */
const SINGLE_REQUEST_THREADS = 2;

export interface Classification {
  readonly label: string;
  /** Probability of the label. */
  readonly score: number;
  /** Probability of each label, in the model's order; sum 1. */
  readonly scores: Readonly<Record<string, number>>;
  /** Tokens fed to the model, special ones included. */
  readonly tokens: number;
  /** Share of the unknown token among them, 0 to 1. */
  readonly unknownRatio: number;
  /** True where the text was longer than the model's window. */
  readonly truncated: boolean;
  /** As `identifyLanguage` tells it. */
  readonly language: string;
  readonly languageConfidence: number;
}

/** A classification and where it is from. */
export interface Answer {
  readonly classification: Classification;
  /** True where it was made for an earlier request. */
  readonly cached: boolean;
}

/** A text was found in the cache, or in flight for another request, or neither. */
export type LookUp = 'hit' | 'shared' | 'miss';

export interface ClassifierStats {
  readonly queueLength: number;
  readonly queueCapacity: number;
  readonly workers: Readonly<Record<WorkerState, number>>;
}

export interface ClassifierObserver extends Omit<BatcherObserver, 'onQueue'> {
  onLookUp(result: LookUp): void;
  onWorkerRestart(cause: Error): void;
  /** The CPU's fast int8 products give other scores than the version has: slower ones are used. */
  onNonSaturatingInt8(found: GoldenError): void;
}

export interface ClassifierOptions {
  /** Proven files of the version. */
  readonly files: ModelFiles;
  readonly workers: number;
  readonly maxBatch: number;
  readonly queueCapacity: number;
  /** How long a request may take: what can't be answered by then is not let wait. */
  readonly requestTimeoutMs: number;
  /** Bytes that texts and their classifications may take; 0 keeps none. */
  readonly cacheSize: number;
  readonly identifyLanguage: (text: string) => Language;
  readonly observer: ClassifierObserver;
  /** Set to false for a version that has no `golden.json` yet. */
  readonly golden?: boolean;
}

export interface Classifier {
  readonly labels: readonly string[];
  /**
   * Classifies texts, in their order.
   *
   * @param onWaiting called only where a text has to wait for a worker, with what gives the request up.
   * @throws ClassifierError `queue-full`, `worker-crashed`, `bad-model` or `closed`; the reason for
   * which it was given up.
   */
  classify(texts: readonly string[], onWaiting?: OnWaiting): Promise<Answer[]>;
  stats(): ClassifierStats;
  /** Ends the workers; to be called once nothing is asked any more. */
  close(): Promise<void>;
}

/**
 * Loads the model into its workers and checks that they give the scores of `golden.json`.
 *
 * @throws ClassifierError `bad-model`, naming the file and what is wrong with it.
 */
export async function createClassifier(options: ClassifierOptions): Promise<Classifier> {
  const { files, workers, maxBatch, queueCapacity, identifyLanguage, observer } = options;
  const { labels, window, padId, paddingFree } = orBadModel(() => readModelConfig(files));
  let onReady = (): void => undefined;
  const startPool = async (nonSaturatingInt8: boolean): Promise<Pool> => {
    const pool = await createPool({
      size: workers,
      startup: {
        model: orBadModel(() => modelFile(files, 'model.onnx')),
        tokenizer: modelFile(files, 'tokenizer.json'),
        labelCount: labels.length,
        window,
        padId,
        paddingFree,
        nonSaturatingInt8,
        intraOpThreads: Math.min(SINGLE_REQUEST_THREADS, workers, availableCpus()),
      },
      onRestart: observer.onWorkerRestart,
      onReady: () => onReady(),
    });
    if (options.golden !== false) {
      try {
        await checkGolden(files, labels, maxBatch, pool.run);
      } catch (error) {
        await pool.close();
        throw error;
      }
    }
    return pool;
  };
  let pool: Pool;
  try {
    // Without expected scores nothing would tell.
    pool = await startPool(options.golden === false);
  } catch (error) {
    if (!(error instanceof GoldenError)) {
      throw error;
    }
    pool = await startPool(true);
    observer.onNonSaturatingInt8(error);
  }
  const batcher = createBatcher({
    executor: pool,
    maxBatch,
    capacity: queueCapacity,
    requestTimeoutMs: options.requestTimeoutMs,
    identifyLanguage,
    observer: {
      ...observer,
      onQueue: (isShared) => observer.onLookUp(isShared ? 'shared' : 'miss'),
    },
  });
  // What waited while a dead worker was replaced goes on.
  onReady = batcher.pump;
  const cache = createCache(options.cacheSize);

  return {
    labels,
    classify: async (texts, onWaiting) => {
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
        const results = await batcher.submit(misses, onWaiting);
        results.forEach((result, at) => {
          const text = misses[at] as string;
          const classification = toClassification(result, labels);
          cache.set(text, classification);
          answers[missing[at] as number] = { classification, cached: false };
        });
      }
      for (let hit = missing.length; hit < texts.length; hit++) {
        observer.onLookUp('hit');
      }
      return answers;
    },
    stats: () => ({
      queueLength: batcher.length(),
      queueCapacity,
      workers: pool.states(),
    }),
    close: pool.close,
  };
}

function toClassification(result: TextResult, labels: readonly string[]): Classification {
  const probabilities = softmax(result.logits);
  const best = argmax(probabilities);
  return {
    label: labels[best] as string,
    score: probabilities[best] as number,
    scores: Object.fromEntries(
      labels.map((label, index) => [label, probabilities[index] as number]),
    ),
    tokens: result.tokens,
    unknownRatio: result.unknown / result.tokens,
    truncated: result.truncated,
    language: result.language.language,
    languageConfidence: result.language.confidence,
  };
}
