import { expect, test } from 'vitest';
import {
  createPlanes,
  createTopicOf,
  PLANES,
  project,
  TOPIC_BINS,
} from '../../../src/inference/topic/topic.ts';

const SIZE = 64;
const weights = [1, 2, 3].map((label) =>
  Float64Array.from({ length: SIZE }, (_, at) => Math.sin(label * (at + 1))),
);

test('what moves the logits moves no text across a plane', () => {
  const planes = createPlanes({ weights, size: SIZE });
  const [first, second, third] = weights as [Float64Array, Float64Array, Float64Array];
  const texts = Float32Array.from([
    ...first.map((value, at) => value - (second[at] as number)),
    ...third.map((value, at) => 5 * value - 5 * (first[at] as number)),
  ]);
  for (const projection of project(texts, planes)) {
    expect(projection).toBeCloseTo(0, 4);
  }
  const one = Float32Array.from({ length: SIZE }, (_, at) => Number(at === 3));
  expect(project(one, planes)).toEqual(
    Float64Array.from({ length: PLANES }, (_, plane) => planes[plane * SIZE + 3] as number),
  );
});

test('the planes are the same for every process and every start', () => {
  // Marsaglia's seed gives 723471715, 2497366906, 2064144800, …: below 2^31 is −1. The labels take nothing here.
  const zero = weights.map(() => new Float64Array(SIZE));
  const signs = [...createPlanes({ weights: zero, size: SIZE }).subarray(0, 8)];
  expect(signs).toEqual([-1, 1, -1, -1, 1, -1, -1, -1]);
});

test('each plane has half of the examples on each side', () => {
  const examples = [1, 2, 3, 4].map((value) =>
    Float64Array.from({ length: PLANES }, (_, plane) => (plane === 1 ? -value : value)),
  );
  const topicOf = createTopicOf(examples);
  expect(examples.map((example) => topicOf?.(example))).toEqual([2, 2, 29, 29]);
  expect(TOPIC_BINS).toBe(32);
});

test('there are no topics without the layer, or with a single example', () => {
  expect(createTopicOf([new Float64Array(), new Float64Array()])).toBeUndefined();
  expect(createTopicOf([new Float64Array(PLANES)])).toBeUndefined();
  const broken = new Float64Array(PLANES).fill(Number.NaN);
  expect(createTopicOf([broken, broken])).toBeUndefined();
});
