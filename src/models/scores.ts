/** `metrics.json`: how well a version does on the data sets that it was measured on. */
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { readJson, type Version } from './version.ts';

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
  const parsed = metricsSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelError('unfit', `${origin}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
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
