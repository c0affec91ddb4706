/** Starts the workers of a version and checks that they compute the scores of its `golden.json`. */
import type { ModelConfig } from '../artifacts/model-config.ts';
import { type ModelFiles, modelFile } from '../artifacts/read.ts';
import { availableCpus } from '../config/cpu-quota.ts';
import { orBadModel } from './errors.ts';
import { checkGolden, GoldenError } from './golden.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';

/**
 * Intra-op threads for a text that arrives while no other is classified. More than two were not
 * measured: docs/decisions/0001-worker-threads.md.
 */
const MAX_INTRA_OP_THREADS = 2;

export interface StartOptions extends Pick<PoolOptions, 'onRestart' | 'onReady' | 'hungAfterMs'> {
  readonly files: ModelFiles;
  readonly config: ModelConfig;
  readonly workers: number;
  readonly maxBatch: number;
  /** False for a version without `golden.json`: its scores are not checked. */
  readonly hasGolden: boolean;
  /** Called if the scores are right only with non-saturating int8 products. */
  readonly onNonSaturatingInt8: (found: GoldenError) => void;
}

/**
 * Starts with the CPU's fast int8 products. If the scores are wrong, starts again with
 * non-saturating ones; without golden scores this could not be noticed, so it starts with these at once.
 *
 * @throws ClassifierError `bad-model`; GoldenError if the scores are wrong either way.
 */
export async function startWorkers(options: StartOptions): Promise<Pool> {
  if (!options.hasGolden) {
    return startPool(options, true);
  }
  try {
    return await startCheckedPool(options, false);
  } catch (error) {
    if (!(error instanceof GoldenError)) {
      throw error;
    }
    const pool = await startCheckedPool(options, true);
    options.onNonSaturatingInt8(error);
    return pool;
  }
}

async function startCheckedPool(options: StartOptions, nonSaturatingInt8: boolean): Promise<Pool> {
  const { files, config, maxBatch } = options;
  const pool = await startPool(options, nonSaturatingInt8);
  try {
    await checkGolden(files, config.labels, maxBatch, pool.run);
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

function startPool(
  { files, config, workers, hungAfterMs, onRestart, onReady }: StartOptions,
  nonSaturatingInt8: boolean,
): Promise<Pool> {
  const { labels, window, padId, paddingFree } = config;
  return createPool({
    size: workers,
    startup: {
      model: orBadModel(() => modelFile(files, 'model.onnx')),
      tokenizer: modelFile(files, 'tokenizer.json'),
      labelCount: labels.length,
      window,
      padId,
      paddingFree,
      nonSaturatingInt8,
      intraOpThreads: Math.min(MAX_INTRA_OP_THREADS, workers, availableCpus()),
    },
    hungAfterMs,
    onRestart,
    onReady,
  });
}
