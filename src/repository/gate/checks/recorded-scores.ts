/** `models gate`: whether a version may follow the one in production, by its scores. */
import type { Datasets } from '../../../artifacts/datasets.ts';
import { type Metrics, type Scores, servedScores } from '../../../artifacts/metrics.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `info` for what is told but decides nothing. */
  readonly result: 'passed' | 'failed' | 'info';
  /** What was found, and what is allowed, in words. */
  readonly detail: string;
}

export interface Thresholds {
  /** How far the primary score on a data set may fall, such as 0.02 for two points. */
  readonly maxDrop: number;
  /** How far the F1 of a label may fall. */
  readonly maxLabelDrop: number;
  /** The least primary score on a data set, by its name. */
  readonly minScores: ReadonlyMap<string, number>;
}

/** What the scores of a version are judged by. */
export interface Judged {
  readonly metrics: Metrics;
  readonly datasets: Datasets;
}

/**
 * Holds recorded scores against thresholds and, data set by data set and label by label, against
 * those of the version in production. Only languages that production was trained for bind.
 */
export function judgeScores(
  candidate: Judged,
  production: Judged | undefined,
  thresholds: Thresholds,
): Check[] {
  const { primary } = candidate.metrics;
  const found = servedScores(candidate.metrics);
  const least = [...thresholds.minScores].map(([name, min]): Check => {
    const score = found.get(name)?.[primary];
    return {
      name: `${name} ${primary}`,
      result: score !== undefined && score >= min ? 'passed' : 'failed',
      detail: `${score?.toFixed(4) ?? 'no score'}, at least ${min} is wanted`,
    };
  });
  if (!production) {
    const told = [...found].map(
      ([name, scores]): Check => ({
        name: `${name} ${primary}`,
        result: 'info',
        detail: scores[primary].toFixed(4),
      }),
    );
    return [...least, ...told];
  }
  const binding = trainedLanguages(production.datasets);
  const compared = [...servedScores(production.metrics)].flatMap(([name, before]) =>
    compare(name, primary, before, found.get(name), {
      ...thresholds,
      binds: binding.has(languageOf(name, production.datasets) ?? ''),
    }),
  );
  return [...least, ...compared];
}

interface Comparison extends Thresholds {
  readonly binds: boolean;
}

function compare(
  name: string,
  primary: Metrics['primary'],
  before: Scores,
  after: Scores | undefined,
  { binds, maxDrop, maxLabelDrop }: Comparison,
): Check[] {
  if (!after) {
    return [
      { name, result: 'failed', detail: 'production has a score on it, this version has none' },
    ];
  }
  const check = (what: string, old: number, now: number, allowed: number): Check => {
    const change = `${old.toFixed(4)} → ${now.toFixed(4)} (${signed(now - old)})`;
    if (!binds) {
      return { name: what, result: 'info', detail: `${change}, production was not trained for it` };
    }
    // Scores have four digits: a drop of exactly what is allowed is allowed.
    const fell = old - now > allowed + 1e-9;
    return {
      name: what,
      result: fell ? 'failed' : 'passed',
      detail: `${change}, ${signed(-allowed)} is allowed`,
    };
  };
  const labels = Object.entries(before.labels).map(([label, { f1 }]) =>
    check(`${name} ${label} f1`, f1, after.labels[label]?.f1 ?? 0, maxLabelDrop),
  );
  return [
    check(`${name} ${primary}`, before[primary], after[primary], maxDrop),
    ...(binds ? labels : []),
  ];
}

/** Languages of the training data. */
function trainedLanguages(datasets: Datasets): ReadonlySet<string> {
  const files = datasets.flatMap((dataset) => dataset.files);
  return new Set(
    files.filter(({ role }) => role === 'train').flatMap(({ languages }) => Object.keys(languages)),
  );
}

/** @param scored name in `metrics.json`: the path of a data file without its ending. */
function languageOf(scored: string, datasets: Datasets): string | undefined {
  return datasets.find(({ files }) => files.some(({ path }) => path === `${scored}.tsv`))?.language;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

/** One line for each check, and one for all. */
export function formatChecks(checks: readonly Check[]): string {
  const marks = { passed: 'ok  ', failed: 'FAIL', info: '    ' };
  const width = Math.max(...checks.map(({ name }) => name.length));
  const decisive = checks.filter(({ result }) => result !== 'info');
  const failed = decisive.filter(({ result }) => result === 'failed').length;
  return [
    ...checks.map(
      ({ name, result, detail }) => `${marks[result]}  ${name.padEnd(width)}  ${detail}`,
    ),
    failed === 0
      ? `passed: ${decisive.length} checks`
      : `refused: ${failed} of ${decisive.length} checks failed`,
  ].join('\n');
}
