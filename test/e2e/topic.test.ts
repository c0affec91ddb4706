import { expect, test } from 'vitest';
import { MULTILINGUAL } from '../support/pinned.ts';
import { type LogLine, startServer, sum, type TestServer } from '../support/server.ts';

const TEXTS = [
  'The new phone has a better camera than mine',
  'What a goal in the last minute!',
  'I voted this morning, the queue was long',
  'It rains again and my umbrella is at home',
  'Their new song is on every station',
  'ok',
];

const topicsOf = ({ lines }: TestServer): Map<string, unknown[]> => {
  const topics = new Map<string, unknown[]>();
  for (const { event, input, topic } of lines as (LogLine & { topic?: unknown })[]) {
    if (event === 'prediction') {
      topics.set(String(input), [...(topics.get(String(input)) ?? []), topic]);
    }
  }
  return topics;
};

/** By bin, those that are not 0. */
function countsOf(metrics: Map<string, number>): [string, number][] {
  return [...metrics].filter(
    ([name, count]) => /^classifier_observations_total\{.*feature="topic"/.test(name) && count > 0,
  );
}

test.each([
  ['the pinned version', {}],
  ['the multilingual version', { MODEL_COMMIT: MULTILINGUAL }],
])('%s has one topic for a text, in any process and batch, cached or not', async (_, version) => {
  const server = await startServer({ PROCESSES: '2', WORKERS: '2', ...version });
  const requests = [...TEXTS, ...TEXTS, TEXTS, [...TEXTS].reverse(), ...TEXTS];
  for (const inputs of requests) {
    const { status } = await server.predict({ inputs }, { connection: 'close' });
    expect(status).toBe(200);
  }
  const metrics = await server.metrics();
  const predictions = 5 * TEXTS.length;
  expect(sum(metrics, 'classifier_predictions_total')).toBe(predictions);
  expect(sum(metrics, 'classifier_observations_total', 'feature="topic"')).toBe(predictions);
  const series = [...metrics.keys()].filter((name) => name.includes('feature="topic"'));
  expect(series).toHaveLength(32);
  expect(series.join()).not.toContain('classifier_reference_ratio');
  const counts = countsOf(metrics);
  await server.stop();

  const topics = topicsOf(server);
  expect([...topics.keys()].sort()).toEqual([...TEXTS].sort());
  const expected = new Map<string, number>();
  for (const found of topics.values()) {
    expect(found).toHaveLength(5);
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toBeTypeOf('number');
    expected.set(String(found[0]), (expected.get(String(found[0])) ?? 0) + 5);
  }
  // Different texts are not all about the same.
  expect(expected.size).toBeGreaterThan(2);
  expect(new Map(counts.map(([name, n]) => [/bin="(\d+)"/.exec(name)?.[1], n]))).toEqual(expected);
});
