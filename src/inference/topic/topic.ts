/**
 * A bounded sketch of what a text is about, as the model sees it: on which side of a few fixed planes its
 * hidden layer lies. Which bin a topic falls into means nothing; that the shares of the bins change means that
 * the texts are about something else. Measurements: docs/decisions/0019-topic-sketch.md.
 *
 * Source: M. Charikar, "Similarity Estimation Techniques from Rounding Algorithms", 2002 (random planes).
 */
import type { Head } from './head.ts';

export const PLANES = 5;
export const TOPIC_BINS = 2 ** PLANES;

/** Where a text lies along each plane's normal; empty where the model has no such layer. */
export type Projections = Float64Array;

/** @returns the bin, 0 to 31; undefined for a model without topics. */
export type TopicOf = (projections: Projections) => number | undefined;

/**
 * The normals of the planes, `[PLANES, size]`: random signs, always the same. What moves the logits is taken
 * out of them, since labels and scores are features of their own.
 */
export function createPlanes({ weights, size }: Pick<Head, 'weights' | 'size'>): Float64Array {
  const signs = createSigns();
  const planes = Float64Array.from({ length: PLANES * size }, () => signs());
  const directions = labelDirections(weights);
  for (let plane = 0; plane < PLANES; plane++) {
    const normal = planes.subarray(plane * size, (plane + 1) * size);
    for (const direction of directions) {
      subtractProjection(normal, direction);
    }
  }
  return planes;
}

/** @param hidden `[texts, size]` @returns `[texts, PLANES]` */
export function project(hidden: Float32Array, planes: Float64Array): Float64Array {
  const size = planes.length / PLANES;
  const texts = hidden.length / size;
  const projections = new Float64Array(texts * PLANES);
  for (let text = 0; text < texts; text++) {
    for (let plane = 0; plane < PLANES; plane++) {
      let sum = 0;
      for (let at = 0; at < size; at++) {
        sum += (planes[plane * size + at] as number) * (hidden[text * size + at] as number);
      }
      projections[text * PLANES + plane] = sum;
    }
  }
  return projections;
}

/**
 * Places the planes so that half of some texts lie on each side.
 *
 * @returns undefined where they have no projections, or one that is no number.
 */
export function createTopicOf(examples: readonly Projections[]): TopicOf | undefined {
  const thresholds = Array.from({ length: PLANES }, (_, plane) =>
    medianOf(examples.map((example) => example[plane] ?? Number.NaN)),
  );
  if (!thresholds.every(Number.isFinite)) {
    return undefined;
  }
  return (projections) =>
    thresholds.reduce(
      (bin, threshold, plane) =>
        bin + ((projections[plane] as number) > threshold ? 2 ** plane : 0),
      0,
    );
}

/** Between two of the values, so that none of them lies on the plane, where rounding would decide. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor((sorted.length - 1) / 2);
  return ((sorted[middle] ?? Number.NaN) + (sorted[middle + 1] ?? Number.NaN)) / 2;
}

/** Xorshift with 32 bits. Source: G. Marsaglia, "Xorshift RNGs", 2003. */
function createSigns(): () => 1 | -1 {
  let state = 2_463_534_242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state < 0 ? 1 : -1;
  };
}

/** Orthogonal directions in which the logits differ from each other: by Gram and Schmidt. */
function labelDirections(weights: readonly Float64Array[]): Float64Array[] {
  const directions: Float64Array[] = [];
  const [first, ...others] = weights as [Float64Array, ...Float64Array[]];
  for (const row of others) {
    const direction = row.map((value, at) => value - (first[at] as number));
    const length = dot(direction, direction);
    for (const known of directions) {
      subtractProjection(direction, known);
    }
    // Of a label whose weights follow from those of the others, only rounding errors are left.
    if (dot(direction, direction) > 1e-12 * length) {
      directions.push(direction);
    }
  }
  return directions;
}

function subtractProjection(vector: Float64Array, direction: Float64Array): void {
  const scale = dot(vector, direction) / dot(direction, direction);
  for (let at = 0; at < vector.length; at++) {
    vector[at] = (vector[at] as number) - scale * (direction[at] as number);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] as number), 0);
}
