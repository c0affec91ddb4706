/** `metrics.json`: the scores of a version on the data sets that it was measured on. */
import { z } from 'zod';
import { CALIBRATION_BINS } from './calibration.ts';

const ratio = z.number().min(0).max(1);

const scoresSchema = z.object({
  macro_recall: ratio.describe('Mean of the recall over the labels.'),
  macro_f1: ratio.describe('Mean of the F1 over the labels.'),
  accuracy: ratio.describe('Share of the rows whose label was predicted.'),
  labels: z
    .record(
      z.string(),
      z.object({
        precision: ratio,
        recall: ratio,
        f1: ratio,
        support: z.int().min(0).describe('Rows with the label.'),
      }),
    )
    .describe('By label.'),
  calibration_error: z
    .strictObject({
      before: ratio.describe('Without the temperature.'),
      after: ratio.describe('Of the scores that the version returns.'),
    })
    .optional()
    .describe(
      'Expected calibration error: the mean over the rows of |share of right predictions − mean score| in their ' +
        'bin of the score of the predicted label; see calibration.',
    ),
});

const calibrationSchema = z.strictObject({
  method: z
    .literal('temperature')
    .describe('The graph divides all logits by the temperature (arXiv:1706.04599).'),
  temperature: z.number().positive(),
  fitted_on: z
    .array(z.string())
    .min(1)
    .describe('The data sets, by their names in datasets; each has the same weight.'),
  bins: z
    .literal(CALIBRATION_BINS)
    .describe('Of equal width from 0 to 1, each with its upper bound, of calibration_error.'),
});

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex');

/** What the weights were trained from, and what the training wrote. */
const recordSchema = z.strictObject({
  ingredients: digest.describe('One digest of all ingredients, before the training.'),
  outputs: z.record(z.string(), digest).describe('The digest of each output, by path.'),
});

/** As earlier versions recorded it: SHA-256 of each ingredient by path. */
const listSchema = z.record(z.string(), digest);

/** The record of the training only, whatever the rest of the file is. */
export const trainedFromSchema = z.object({
  trained_from: z
    .union([recordSchema, listSchema])
    .optional()
    .describe(
      'What `models lineage` prints: what the weights were trained from. `models commit` requires it, and ' +
        'accepts only the form with ingredients and outputs.',
    ),
});

export const metricsSchema = z
  .object({
    primary: z
      .enum(['macro_recall', 'macro_f1', 'accuracy'])
      .describe('The score that decides, for instance in `models gate`.'),
    datasets: z
      .record(
        z.string(),
        z.object({
          rows: z.int().describe('Rows that were classified.'),
          fp32: scoresSchema.optional().describe('Scores of the weights as floats.'),
          int8: scoresSchema
            .optional()
            .describe('Scores of quantized weights, if the version serves those.'),
        }),
      )
      .describe('By path of the data file without .tsv, such as reviews/dev.'),
    calibration: calibrationSchema
      .optional()
      .describe(
        'How the scores became shares of right predictions; absent where they are not known to be. Each data set ' +
          'of fitted_on has its calibration_error.',
      ),
    ...trainedFromSchema.shape,
  })
  .superRefine(({ calibration, ...metrics }, context) => {
    const scores = servedScores(metrics);
    const lacking = calibration?.fitted_on.find((name) => !scores.get(name)?.calibration_error);
    if (lacking !== undefined) {
      const weights = metrics.datasets[lacking]?.int8 ? 'int8' : 'fp32';
      const path = ['datasets', lacking, weights, 'calibration_error'];
      const message = 'expected before and after, since calibration.fitted_on names the data set';
      context.addIssue({ code: 'custom', path, message });
    }
    if (!calibration && [...scores.values()].some((each) => each.calibration_error)) {
      const message =
        'expected method, temperature, fitted_on and bins, since there are errors of it';
      context.addIssue({ code: 'custom', path: ['calibration'], message });
    }
  })
  .meta({
    title: 'metrics.json',
    description: 'The scores of a version, ratios from 0 to 1, and the record of its training.',
  });

export type Scores = z.infer<typeof scoresSchema>;
export type Metrics = z.infer<typeof metricsSchema>;

/** By data set, the scores of the weights that are served: int8 where the version has them. */
export function servedScores({ datasets }: Pick<Metrics, 'datasets'>): ReadonlyMap<string, Scores> {
  return new Map(
    Object.entries(datasets).flatMap(([name, { fp32, int8 }]) => {
      const scores = int8 ?? fp32;
      return scores ? [[name, scores] as const] : [];
    }),
  );
}

/** Undefined where the version's scores are not known to be calibrated, or the file can't be read. */
export function temperatureOf(metrics: unknown): number | undefined {
  return metricsSchema.safeParse(metrics).data?.calibration?.temperature;
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
  const byLabel = labels.map((label) => measureLabel(predicted, actual, label));
  const correct = actual.filter((label, index) => label === predicted[index]).length;
  return {
    macro_recall: round(mean(byLabel.map(({ recall }) => recall))),
    macro_f1: round(mean(byLabel.map(({ f1 }) => f1))),
    accuracy: round(correct / actual.length),
    labels: Object.fromEntries(
      byLabel.map(({ precision, recall, f1, support }, index) => [
        labels[index] as string,
        { precision: round(precision), recall: round(recall), f1: round(f1), support },
      ]),
    ),
  };
}

function measureLabel(
  predicted: readonly string[],
  actual: readonly string[],
  label: string,
): Scores['labels'][string] {
  const support = actual.filter((each) => each === label).length;
  const predictions = predicted.filter((each) => each === label).length;
  const correct = actual.filter((each, at) => each === label && predicted[at] === label).length;
  const precision = predictions === 0 ? 0 : correct / predictions;
  const recall = support === 0 ? 0 : correct / support;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, support };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
