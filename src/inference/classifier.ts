/** Texts in, labels and scores out: the tokenizer, batcher and workers behind one function. */
import { type BatcherObserver, createBatcher, type TextResult } from './batcher.ts';
import { checkGolden } from './golden.ts';
import { argmax, softmax } from './logits.ts';
import { type ModelFiles, readModelConfig } from './model-files.ts';
import { createPool, type WorkerState } from './pool.ts';

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
}

export interface ClassifierStats {
  readonly queueLength: number;
  readonly queueCapacity: number;
  readonly workers: Readonly<Record<WorkerState, number>>;
}

export interface ClassifierObserver extends BatcherObserver {
  onWorkerRestart(cause: Error): void;
}

export interface ClassifierOptions {
  /** Proven files of the version. */
  readonly files: ModelFiles;
  readonly workers: number;
  readonly maxBatch: number;
  readonly queueCapacity: number;
  readonly observer: ClassifierObserver;
  /** Set to false for a version that has no `golden.json` yet. */
  readonly golden?: boolean;
}

export interface Classifier {
  readonly labels: readonly string[];
  /**
   * Classifies texts, in their order.
   *
   * @throws ClassifierError `queue-full`, `worker-crashed`, `bad-model` or `closed`; the signal's
   * reason when it aborts first.
   */
  classify(texts: readonly string[], signal: AbortSignal): Promise<Classification[]>;
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
  const { files, workers, maxBatch, queueCapacity, observer } = options;
  const { labels } = readModelConfig(files);
  let onReady = (): void => undefined;
  const pool = await createPool({
    size: workers,
    files: new Map(
      [...files].filter(([path]) => /^(?:model\.onnx|tokenizer\.json|config\.json)$/.test(path)),
    ),
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
  const batcher = createBatcher({ executor: pool, maxBatch, capacity: queueCapacity, observer });
  // What waited while a dead worker was replaced goes on.
  onReady = batcher.pump;

  return {
    labels,
    classify: async (texts, signal) => {
      const results = await batcher.submit(texts, signal);
      return results.map((result) => toClassification(result, labels));
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
  };
}
