/** docs/measurements/scaling.md has the numbers that were measured, and its model is one of this server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { simulateRise } from '../../bench/scaling/autoscaler.mjs';
import { batchSize, MAX_BATCH, MAX_RUN, simulateReplica } from '../../bench/scaling/replica.mjs';
import { fillBlocks } from '../../bench/scaling/report.mjs';
import { hitShare, rollOut } from '../../bench/scaling/traffic.mjs';
import { readConfig } from '../../src/config/config.ts';
import { batchCost } from '../../src/inference/batch-selection.ts';
import { COST_PER_TEXT } from '../../src/inference/cost.ts';
import { MAX_TEXTS } from '../../src/inference/runs.ts';
import { createRandom } from '../../src/simulate/random.ts';
import { ROOT } from '../support/server.ts';

test('the tables of docs/measurements/scaling.md are those of its results: node bench/scaling.mjs --report', () => {
  const page = readFileSync(join(ROOT, 'docs/measurements/scaling.md'), 'utf8');
  expect(page.match(/<!-- end -->/g)?.length).toBeGreaterThan(8);
  expect(fillBlocks(page, ROOT)).toBe(page);
});

test('the model makes batches and runs as the server does', () => {
  expect(MAX_RUN).toBe(MAX_TEXTS);
  expect(MAX_BATCH).toBe(readConfig({}, {}).maxBatch);
  for (const workers of [1, 2, 4]) {
    for (const idle of [1, workers]) {
      for (const queued of [1, 2, 7, 20, 31, 500]) {
        const cost = batchCost({ queued: queued * COST_PER_TEXT, workers, idleWorkers: idle }, 32);
        const texts = Math.min(queued, cost / COST_PER_TEXT);
        expect(batchSize({ queued, workers, idle }), `${workers} ${idle} ${queued}`).toBe(texts);
      }
    }
  }
});

test('a text that comes alone takes its own time, and one that comes meanwhile waits', () => {
  const service = { batchMs: 1, runMs: 2, textMs: 0, mainMs: 0 };
  expect(simulateReplica([0, 100, 101], { workers: 1, service })).toEqual([3, 3, 5]);
  expect(simulateReplica([0, 100, 101], { workers: 2, service })).toEqual([3, 3, 3]);
});

test('a cache has what its replica has answered, and forgets the least recently used', () => {
  const texts = [1, 2, 1, 2];
  const options = { replicas: 2, entries: 10, from: 2 };
  expect(hitShare(texts, { ...options, replicaOf: (text) => text % 2 })).toBe(1);
  let at = 0;
  expect(hitShare(texts, { ...options, replicaOf: () => (at++ < 2 ? 0 : 1) })).toBe(0);
  expect(hitShare(texts, { ...options, replicas: 1, entries: 1, replicaOf: () => 0 })).toBe(0);
});

test('a rollout leaves every connection at a new replica', () => {
  const { next: random } = createRandom(1);
  const pinned = Array.from({ length: 400 }, (_, i) => i % 4);
  const moved = rollOut(pinned, { replicas: 4, random });
  expect(moved).toHaveLength(400);
  expect(new Set(moved).size).toBeGreaterThan(1);
  expect(moved.every((replica) => replica >= 0 && replica < 4)).toBe(true);
  // Connections of the last one have been moved to those that were new before it.
  expect(moved.filter((replica) => replica === 3).length).toBeLessThan(100);
});

test('an autoscaler adds what a rise needs, the later the slower replicas start', () => {
  const rise = { replicas: 10, utilization: 0.6, factor: 2, target: 0.7 };
  const [fast, slow] = [10, 60].map((startS) => simulateRise({ ...rise, startS }));
  expect(fast?.replicas).toBeGreaterThanOrEqual(Math.ceil(12 / 0.7));
  expect(slow?.seconds).toBeGreaterThan(fast?.seconds ?? Number.POSITIVE_INFINITY);
  expect(simulateRise({ ...rise, factor: 1, startS: 10 })).toEqual({
    ...{ seconds: 0, refused: 0, replicas: 10 },
  });
});
