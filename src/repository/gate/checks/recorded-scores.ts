/** Recorded scores: against minimums, and against those of the version in production. */
import { type Datasets, languageOf } from '../../../artifacts/datasets.ts';
import { type Metrics, type Scores, servedScores } from '../../../artifacts/metrics.ts';
import { formatMetric, formatQuantity, formatSigned } from '../../../terminal/numbers.ts';
import { leastDifference } from '../../diff/noise.ts';
import { type Check, check } from '../check.ts';

export interface Thresholds {
  /** How far the primary score on a data set may fall, such as 0.02 for two points. */
  readonly maxDrop: number;
  /** How far the F1 of a label may fall. */
  readonly maxLabelDrop: number;
  /** The minimum primary score on a data set, by its name. */
  readonly minScores: ReadonlyMap<string, number>;
}

/** The recorded scores of a version, and the data that they were measured on. */
export interface RecordedScores {
  readonly metrics: Metrics;
  readonly datasets: Datasets;
}

/** Scores have four digits; a difference of floats may exceed the allowed one by less than this. */
const ROUNDING_ERROR = 1e-9;

/**
 * Compares recorded scores with the minimums and, data set by data set and label by label, with those
 * of the version in production. Only languages that production was trained for decide.
 */
export function checkRecordedScores(
  candidate: RecordedScores,
  production: RecordedScores | undefined,
  thresholds: Thresholds,
): Check[] {
  const minimums = checkMinimums(candidate.metrics, thresholds.minScores);
  return production
    ? [...minimums, ...compareVersions(candidate, production, thresholds)]
    : [...minimums, ...listScores(candidate.metrics)];
}

function checkMinimums(metrics: Metrics, minScores: Thresholds['minScores']): Check[] {
  const scores = servedScores(metrics);
  return [...minScores].map(([name, min]) => {
    const score = scores.get(name)?.[metrics.primary];
    return check(
      `${name} ${metrics.primary}`,
      score !== undefined && score >= min,
      `${score === undefined ? 'no score' : formatMetric(score)}, at least ${min} is required`,
      score === undefined
        ? `measure it in the training: add ${name} to data/datasets.json, with the role dev`
        : 'train a better version, or require less with --min-score',
    );
  });
}

function listScores(metrics: Metrics): Check[] {
  return [...servedScores(metrics)].map(([name, scores]) => ({
    name: `${name} ${metrics.primary}`,
    result: 'info',
    detail: formatMetric(scores[metrics.primary]),
  }));
}

function compareVersions(
  candidate: RecordedScores,
  production: RecordedScores,
  thresholds: Thresholds,
): Check[] {
  const { primary } = candidate.metrics;
  const scores = servedScores(candidate.metrics);
  const languages = trainedLanguages(production.datasets);
  return [...servedScores(production.metrics)].flatMap(([name, before]) => {
    const after = scores.get(name);
    if (!after) {
      return [
        check(
          name,
          false,
          describeMissingScore(name, before[primary], candidate.metrics),
          `measure it in the training too: keep ${name} in data/datasets.json, with the role dev. Where the new ` +
            'data replace it, gate once without --against, with --min-score instead',
        ),
      ];
    }
    const rows = candidate.metrics.datasets[name]?.rows ?? 0;
    const language = languageOf(name, production.datasets);
    return language !== undefined && languages.has(language)
      ? compareDecisive({ name, primary, before, after, rows }, thresholds)
      : [compareForInformation(name, primary, { before, after })];
  });
}

function describeMissingScore(name: string, score: number, { datasets }: Metrics): string {
  const found =
    name in datasets
      ? 'lists the data set without a score'
      : `has only ${Object.keys(datasets).join(', ') || 'no data set'}`;
  return `production has ${formatMetric(score)} on it, metrics.json of this version ${found}`;
}

interface Comparison<T> {
  readonly before: T;
  readonly after: T;
}

interface MeasuredSet extends Comparison<Scores> {
  readonly name: string;
  readonly primary: Metrics['primary'];
  /** Texts of the set. */
  readonly rows: number;
}

function compareDecisive(
  { name, primary, before, after, rows }: MeasuredSet,
  { maxDrop, maxLabelDrop }: Thresholds,
): Check[] {
  const labels = Object.entries(before.labels).map(([label, { f1, support }]) =>
    checkDrop(
      `${name} ${label} f1`,
      { before: f1, after: after.labels[label]?.f1 ?? 0 },
      {
        max: maxLabelDrop,
        option: '--max-label-drop',
        texts: after.labels[label]?.support ?? support,
      },
    ),
  );
  const scores = { before: before[primary], after: after[primary] };
  const allowed = { max: maxDrop, option: '--max-drop', texts: rows };
  return [checkDrop(`${name} ${primary}`, scores, allowed), ...labels];
}

interface AllowedDrop {
  readonly max: number;
  /** That sets `max`. */
  readonly option: string;
  /** Number of texts that the score was measured on. */
  readonly texts: number;
}

function checkDrop(
  name: string,
  scores: Comparison<number>,
  { max, option, texts }: AllowedDrop,
): Check {
  const drop = scores.before - scores.after;
  const isAllowed = drop <= max + ROUNDING_ERROR;
  const limit = leastDifference(texts);
  const measured =
    drop < limit
      ? `chance may explain it: on ${formatQuantity(texts, 'text')}, differences below ` +
        `${formatMetric(limit)} are no evidence. More texts decide it; ${option} allows more`
      : `train a better version; ${option} allows more`;
  return check(
    name,
    isAllowed,
    `${formatChange(scores)}, ${formatSigned(-max, formatMetric)} is allowed`,
    measured,
  );
}

function compareForInformation(
  name: string,
  primary: Metrics['primary'],
  { before, after }: Comparison<Scores>,
): Check {
  const change = formatChange({ before: before[primary], after: after[primary] });
  return {
    name: `${name} ${primary}`,
    result: 'info',
    detail: `${change}, production was not trained for it`,
  };
}

/** Languages of the training data. */
function trainedLanguages(datasets: Datasets): ReadonlySet<string> {
  const files = datasets.flatMap((dataset) => dataset.files);
  return new Set(
    files.filter(({ role }) => role === 'train').flatMap(({ languages }) => Object.keys(languages)),
  );
}

function formatChange({ before, after }: Comparison<number>): string {
  return `${formatMetric(before)} → ${formatMetric(after)} (${formatSigned(after - before, formatMetric)})`;
}
