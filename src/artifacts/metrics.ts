/** `metrics.json`: how well a version does on the data sets that it was measured on. */
import { z } from 'zod';
import type { Version } from '../version/version.ts';
import { checkJson, readJson } from './read.ts';

const share = z.number().min(0).max(1);

const scoresSchema = z.object({
  macro_recall: share,
  macro_f1: share,
  accuracy: share,
  labels: z.record(
    z.string(),
    z.object({ precision: share, recall: share, f1: share, support: z.int().min(0) }),
  ),
});

const metricsSchema = z.object({
  primary: z.enum(['macro_recall', 'macro_f1', 'accuracy']),
  datasets: z.record(
    z.string(),
    z.object({ rows: z.int(), fp32: scoresSchema.optional(), int8: scoresSchema.optional() }),
  ),
  /** SHA-256 of each ingredient as it was when the training began, by path. */
  trained_from: z.record(z.string(), z.string()).optional(),
});

export type Scores = z.infer<typeof scoresSchema>;
export type Metrics = z.infer<typeof metricsSchema>;

/** @throws ModelError `unfit` where it is not what a version's `metrics.json` must be. */
export function parseMetrics(json: unknown, origin: string): Metrics {
  return checkJson(metricsSchema, json, origin);
}

/** The recorded scores of a version. @throws ModelError `unfit` where it has none. */
export async function readMetrics(version: Version): Promise<Metrics> {
  return parseMetrics(await readJson(version, 'metrics.json'), `metrics.json of ${version.commit}`);
}

/** By data set, the scores of the weights that are served: int8 where there are such. */
export function servedScores({ datasets }: Metrics): ReadonlyMap<string, Scores> {
  return new Map(
    Object.entries(datasets).flatMap(([name, { fp32, int8 }]) => {
      const scores = int8 ?? fp32;
      return scores ? [[name, scores] as const] : [];
    }),
  );
}

/**
 * Measures predictions: recall, precision and F1 of each label, their means over the labels, and
 * accuracy, to four digits as training records them.
 *
 * @param predicted labels in the order of `actual`.
 */
export function measureScores(
  predicted: readonly string[],
  actual: readonly string[],
  labels: readonly string[],
): Scores {
  const count = (test: (index: number) => boolean): number =>
    actual.filter((_, index) => test(index)).length;
  const byLabel = labels.map((label) => {
    const support = count((index) => actual[index] === label);
    const hits = count((index) => actual[index] === label && predicted[index] === label);
    const claims = count((index) => predicted[index] === label);
    const precision = claims === 0 ? 0 : hits / claims;
    const recall = support === 0 ? 0 : hits / support;
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    return { precision, recall, f1, support };
  });
  const mean = (values: readonly number[]): number =>
    round(values.reduce((total, value) => total + value, 0) / values.length);
  return {
    macro_recall: mean(byLabel.map(({ recall }) => recall)),
    macro_f1: mean(byLabel.map(({ f1 }) => f1)),
    accuracy: round(count((index) => actual[index] === predicted[index]) / actual.length),
    labels: Object.fromEntries(
      byLabel.map(({ precision, recall, f1, support }, index) => [
        labels[index] as string,
        { precision: round(precision), recall: round(recall), f1: round(f1), support },
      ]),
    ),
  };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
