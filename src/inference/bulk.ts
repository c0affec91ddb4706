/**
 * Classifies many texts without a queue of requests: windows of texts, whose batches keep all workers busy.
 *
 * Which texts share a run of the model depends on the window alone, not on time: the last digits of a score
 * can depend on it (docs/decisions/0023-offline-scoring.md), and a window that is classified again, or on
 * another machine of the same kind, has the same scores.
 */
import { readModelConfig } from '../artifacts/model-config.ts';
import type { ModelFiles } from '../artifacts/read.ts';
import { type Classification, toClassification } from './classification.ts';
import type { ClassifierObserver } from './classifier.ts';
import { COST_PER_TEXT, costOf, estimateTokens } from './cost.ts';
import { orBadModel } from './errors.ts';
import type { IdentifyLanguage } from './language.ts';
import { hungAfterMs } from './restart-policy.ts';
import { MAX_TEXTS } from './runs.ts';
import { startWorkers } from './start-workers.ts';
import { splitBatchResult } from './text-result.ts';

/**
 * Texts of the usual length in a batch; a long text counts as several. More than the server's: a batch whose
 * texts are more alike has fuller runs (docs/decisions/0023-offline-scoring.md).
 */
export const BATCH_TEXTS = 256;

export interface BulkOptions {
  /** Verified files of the version. */
  readonly files: ModelFiles;
  readonly workers: number;
  readonly identifyLanguage: IdentifyLanguage;
  readonly observer: Pick<ClassifierObserver, 'onWorkerRestart' | 'onNonSaturatingInt8'>;
}

export interface BulkClassifier {
  readonly labels: readonly string[];
  /**
   * Classifies a window of texts, in their order; equal ones once. Windows may overlap: the batches of the
   * next one run on workers that the one before leaves idle.
   *
   * @throws ClassifierError `worker-crashed`, `bad-model` or `closed`.
   */
  classify(window: readonly string[]): Promise<Classification[]>;
  /** Ends the workers after the batches that run. */
  close(): Promise<void>;
}

/**
 * Loads the model into its workers and checks that they compute the scores of `golden.json`.
 *
 * @throws ClassifierError `bad-model`, naming the file and what is wrong with it.
 */
export async function createBulkClassifier(options: BulkOptions): Promise<BulkClassifier> {
  const { files, workers, identifyLanguage, observer } = options;
  const config = orBadModel(() => readModelConfig(files));
  const { pool, topicOf = () => undefined } = await startWorkers({
    files,
    config,
    workers,
    maxBatch: BATCH_TEXTS,
    hasGolden: true,
    hasTopics: false,
    // One session for each worker: it must not matter which one runs a batch.
    hasSingleRequests: false,
    hungAfterMs: hungAfterMs(Number.POSITIVE_INFINITY),
    onRestart: observer.onWorkerRestart,
    onReady: () => undefined,
    onNonSaturatingInt8: observer.onNonSaturatingInt8,
  });
  const { labels, window: maxTokens } = config;
  const runBatch = async (
    batch: readonly string[],
    found: Map<string, Classification>,
  ): Promise<void> => {
    const result = await pool.run(batch);
    // The worker has its next batch by now, and runs it meanwhile.
    const languages = batch.map(identifyLanguage);
    splitBatchResult(result, languages).forEach((each, at) => {
      found.set(batch[at] as string, toClassification(each, labels, topicOf));
    });
  };
  return {
    labels,
    classify: async (window) => {
      const found = new Map<string, Classification>();
      const batches = divideWindow(window, maxTokens);
      await Promise.all(batches.map((batch) => runBatch(batch, found)));
      return window.map((text) => found.get(text) as Classification);
    },
    close: pool.close,
  };
}

/**
 * Divides the different texts of a window into batches of similar length, the longest texts first, each of
 * whole runs and of a cost up to that of `BATCH_TEXTS`.
 *
 * @param maxTokens maximum number of tokens of a text.
 */
export function divideWindow(window: readonly string[], maxTokens: number): string[][] {
  const texts = [...new Set(window)]
    .map((text) => ({ text, tokens: Math.min(estimateTokens(text), maxTokens) }))
    .sort((a, b) => b.tokens - a.tokens);
  const batches: string[][] = [];
  let cost = Number.POSITIVE_INFINITY;
  for (let at = 0; at < texts.length; at += MAX_TEXTS) {
    const run = texts.slice(at, at + MAX_TEXTS);
    const added = run.reduce((sum, { tokens }) => sum + costOf(tokens), 0);
    if (cost + added > BATCH_TEXTS * COST_PER_TEXT) {
      batches.push([]);
      cost = 0;
    }
    batches.at(-1)?.push(...run.map(({ text }) => text));
    cost += added;
  }
  return batches;
}
