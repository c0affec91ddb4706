/** The text of `models show`: the commit, its files by kind, data, hyper-parameters and scores. */
import { datasetsSchema } from '../../artifacts/datasets.ts';
import type { Ingredient } from '../../artifacts/ingredients.ts';
import type { Metrics, Scores } from '../../artifacts/metrics.ts';
import type { VersionDescription } from '../../repository/describe.ts';
import { padEnd, padStart } from '../../terminal/columns.ts';
import { formatBytes, formatCount, formatMetric, formatQuantity } from '../../terminal/numbers.ts';

const NAME_WIDTH = 32;
const NONE = '  none recorded';
const UNREADABLE = '  recorded in another form: see the notes';

export function formatDescription(description: VersionDescription): string {
  const { datasets, environment, hyperparameters, ingredients, metrics, notes } = description;
  const isRecorded = ingredients.evidence?.some(({ path }) => path === 'metrics.json') ?? false;
  return [
    ...formatCommit(description),
    ...Object.entries(ingredients).flatMap(([kind, files]) => ['', kind, ...files.map(formatFile)]),
    ...['', 'data sets', ...formatDatasets(datasets)],
    ...['', 'hyper-parameters', ...formatLeaves(hyperparameters)],
    ...['', 'training', ...formatLeaves(environment)],
    ...['', ...formatScores(metrics, isRecorded)],
    ...(notes.length > 0 ? ['', 'notes', ...notes.map((note) => `  ${note}`)] : []),
  ].join('\n');
}

function formatCommit({
  model,
  commit,
  parents,
  author,
  message,
}: VersionDescription): readonly string[] {
  return [
    `model    ${model}`,
    `commit   ${commit}`,
    ...parents.map((parent) => `parent   ${parent}`),
    `author   ${author.name} <${author.email}>`,
    `date     ${author.date}`,
    '',
    ...message
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`.trimEnd()),
  ];
}

function formatFile({ path, size, digest }: Ingredient): string {
  return `  ${padEnd(path, NAME_WIDTH)} ${padStart(formatBytes(size), 8)}  ${digest}`;
}

/** For each data file: role, rows, and rows by language and label. */
function formatDatasets(json: unknown): string[] {
  const { success, data: datasets } = datasetsSchema.safeParse(json);
  if (!success) {
    return [json === undefined ? NONE : UNREADABLE];
  }
  return datasets
    .flatMap(({ files }) => files)
    .map(({ path, role, rows, labels, languages }) => {
      const counts = Object.entries({ ...languages, ...labels })
        .map(([name, count]) => `${name} ${formatCount(count)}`)
        .join(', ');
      const rowCount = padStart(formatQuantity(rows, 'row'), 11);
      return `  ${padEnd(path, NAME_WIDTH)} ${padEnd(role, 5)} ${rowCount}  ${counts}`;
    });
}

/** `key.of.key  value`, a line for each value. */
function formatLeaves(value: unknown, prefix = ''): string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) =>
      formatLeaves(inner, prefix ? `${prefix}.${key}` : key),
    );
  }
  return value === undefined ? [] : [`  ${padEnd(prefix, NAME_WIDTH)} ${JSON.stringify(value)}`];
}

/** The primary score on each data set, for each precision of the weights, and how well the scores are calibrated. */
function formatScores(metrics: Metrics | undefined, isRecorded: boolean): string[] {
  if (!metrics) {
    return ['scores', isRecorded ? UNREADABLE : NONE];
  }
  const lines = Object.entries(metrics.datasets).map(([name, { fp32, int8 }]) => {
    const scores = Object.entries({ fp32, int8 }).flatMap(([precision, scores]) =>
      scores ? [`${precision} ${formatMetric(scores[metrics.primary])}`] : [],
    );
    const error = (int8 ?? fp32)?.calibration_error;
    const calibration = error ? [`calibration error ${formatErrors(error)}`] : [];
    return `  ${padEnd(name, NAME_WIDTH)} ${[...scores, ...calibration].join('  ')}`;
  });
  return [`scores (${metrics.primary})`, ...lines, ...formatCalibration(metrics)];
}

function formatErrors({ before, after }: NonNullable<Scores['calibration_error']>): string {
  return `${formatMetric(before)} → ${formatMetric(after)}`;
}

function formatCalibration({ calibration }: Metrics): string[] {
  return calibration
    ? [
        `  ${padEnd('calibration', NAME_WIDTH)} temperature ${calibration.temperature}, ` +
          `fitted on ${calibration.fitted_on.join(', ')}`,
      ]
    : [];
}
