import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type BatchTimes,
  type Classifier,
  createClassifier,
  type LookUp,
} from '../../src/inference/classifier.ts';
import { MODEL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const lookUps: LookUp[] = [];
let classifier: Classifier;

beforeAll(async () => {
  const paths = ['model.onnx', 'tokenizer.json', 'config.json', 'golden.json'];
  classifier = await createClassifier({
    files: new Map(
      paths.map((path) => [path, readFileSync(join(ROOT, 'models', MODEL, PINNED, path))]),
    ),
    workers: 1,
    maxBatch: 2,
    queueCapacity: 10,
    requestTimeoutMs: 10_000,
    cacheSize: 1024 ** 2,
    identifyLanguage: () => ({ language: 'en', confidence: 1 }),
    observer: {
      onLookUp: (result) => lookUps.push(result),
      onDequeue: () => undefined,
      onRun: () => undefined,
      onWorkerRestart: () => undefined,
      onNonSaturatingInt8: () => undefined,
    },
  });
}, 60_000);

afterAll(() => classifier.close());

test('a request receives its batches; what the cache has takes part in none', async () => {
  const batches: BatchTimes[] = [];
  const queued: number[] = [];
  let waited = 0;
  const options = {
    onWaiting: () => {
      waited++;
    },
    onBatch: (batch: BatchTimes, queuedAt: number) => {
      batches.push(batch);
      queued.push(queuedAt);
    },
  };
  const sentAt = performance.now();
  const first = await classifier.classify(['great', 'awful', 'a chair'], options);
  const answeredAt = performance.now();
  expect(first.map(({ cached }) => cached)).toEqual([false, false, false]);
  expect(waited).toBe(1);
  expect(batches.map(({ texts }) => texts)).toEqual([2, 1]);
  // What a worker measured is in the time of this thread.
  const times = batches.flatMap(({ startedAt, endedAt, report }) => [
    startedAt,
    report!.tokenizing.startedAt,
    report!.tokenizing.endedAt,
    ...report!.runs.flatMap((run) => [run.startedAt, run.endedAt]),
    endedAt,
  ]);
  const inOrder = [sentAt, queued[0], ...times, answeredAt] as number[];
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));

  const again = await classifier.classify(['awful', 'great'], options);
  expect(again.map(({ cached }) => cached)).toEqual([true, true]);
  expect(again[0]!.classification).toEqual(first[1]!.classification);
  expect(waited).toBe(1);
  expect(batches).toHaveLength(2);
  expect(lookUps).toEqual(['miss', 'miss', 'miss', 'hit', 'hit']);
});
