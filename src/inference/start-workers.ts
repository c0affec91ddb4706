/** Starts the workers of a version and checks that they compute the scores of its `golden.json`. */
import type { ModelConfig } from '../artifacts/model-config.ts';
import { type ModelFiles, modelFile, parseJsonFile } from '../artifacts/read.ts';
import { availableCpus } from '../config/cpu-quota.ts';
import { clockOffsetMs } from './clock.ts';
import { orBadModel } from './errors.ts';
import { checkGolden, GoldenError } from './golden.ts';
import { createPool, type Pool, type PoolOptions } from './pool.ts';
import { addOutput, findHead } from './topic/head.ts';
import { createPlanes, createTopicOf, type TopicOf } from './topic/topic.ts';

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
  /** False where nobody needs topics, which cost a little time of each text. */
  readonly hasTopics?: boolean;
  /** False where no text comes alone: there is no session for it. */
  readonly hasSingleRequests?: boolean;
  /** Called if the scores are right only with non-saturating int8 products. */
  readonly onNonSaturatingInt8: (found: GoldenError) => void;
}

interface Started {
  readonly pool: Pool;
  /** Undefined where the version has no golden texts or no layer to compute topics from. */
  readonly topicOf: TopicOf | undefined;
}

/**
 * Starts with the CPU's fast int8 products. If the scores are wrong, starts again with
 * non-saturating ones; without golden scores this could not be noticed, so it starts with these at once.
 *
 * @throws ClassifierError `bad-model`; GoldenError if the scores are wrong either way.
 */
export async function startWorkers(options: StartOptions): Promise<Started> {
  if (!options.hasGolden) {
    return { pool: await startPool(options, true), topicOf: undefined };
  }
  try {
    return await startCheckedPool(options, false);
  } catch (error) {
    if (!(error instanceof GoldenError)) {
      throw error;
    }
    const started = await startCheckedPool(options, true);
    options.onNonSaturatingInt8(error);
    return started;
  }
}

async function startCheckedPool(
  options: StartOptions,
  nonSaturatingInt8: boolean,
): Promise<Started> {
  const { files, config, maxBatch } = options;
  const pool = await startPool(options, nonSaturatingInt8);
  try {
    const golden = await checkGolden(files, config.labels, maxBatch, pool.run);
    return { pool, topicOf: createTopicOf(golden.map(({ projections }) => projections)) };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function startPool(
  { files, config, workers, hasGolden, hungAfterMs, onRestart, onReady, ...options }: StartOptions,
  nonSaturatingInt8: boolean,
): Promise<Pool> {
  const { labels, window, padId, paddingFree } = config;
  const { hasTopics = true, hasSingleRequests = true } = options;
  const file = orBadModel(() => modelFile(files, 'model.onnx'));
  // Without golden texts there is nothing that places the planes.
  const head = hasGolden && hasTopics ? findHead(file, labels.length) : undefined;
  return createPool({
    size: workers,
    startup: {
      model: head ? addOutput(file, head.hidden) : file,
      tokenizer: modelFile(files, 'tokenizer.json'),
      goldenTexts: hasGolden ? orBadModel(() => parseJsonFile(files, 'golden.json')).texts : [],
      labelCount: labels.length,
      window,
      padId,
      paddingFree,
      nonSaturatingInt8,
      topic: head && { hiddenName: head.hidden, planes: createPlanes(head) },
      intraOpThreads: hasSingleRequests
        ? Math.min(MAX_INTRA_OP_THREADS, workers, availableCpus())
        : 1,
      clockOffsetMs: clockOffsetMs(),
    },
    hungAfterMs,
    onRestart,
    onReady,
  });
}
