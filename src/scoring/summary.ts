/** What a run has found, for people and programs. */
import { DRIFT_POLICY } from '../drift/policy.ts';
import { type Judgement, judge } from '../drift/report/report.ts';
import {
  formatIndex,
  languageTitle,
  summaryOf,
  titleOf,
  verdictTitle,
} from '../drift/report/report-texts.ts';
import { formatCount, formatQuantity, formatShare } from '../terminal/numbers.ts';
import { formatMinutes } from '../terminal/time.ts';
import type { ScoredCounts } from './counts.ts';
import type { ScoringModel } from './model.ts';

/** More languages are counted together. */
const MAX_LANGUAGES = 6;

/** Printed by `predict --json`: names and meanings stay. */
export interface Summary {
  readonly model: string;
  readonly commit: string;
  readonly tag: string | null;
  /** False where the run was interrupted. */
  readonly complete: boolean;
  /** Rows of the output; those of an interrupted run, which was continued, included. */
  readonly rows: number;
  readonly resumed_at: number;
  readonly classified: number;
  readonly truncated: number;
  readonly errors: number;
  /** The first errors: file, line and what is wrong. */
  readonly error_examples: readonly string[];
  readonly labels: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<string, number>>;
  /** How long the texts of this run took, without the start of the workers. */
  readonly seconds: number;
  readonly rows_per_second: number;
  /** Compared with the training data, as by `drift`; null where the version has no profile. */
  readonly drift:
    | (Pick<Judgement, 'drifted' | 'features' | 'foreign_languages'> & {
        readonly threshold: number;
      })
    | null;
}

export interface SummaryOptions {
  readonly counts: ScoredCounts;
  readonly resumedAt: number;
  readonly isComplete: boolean;
  readonly seconds: number;
}

export function summarise(
  { name, commit, tag, profile }: ScoringModel,
  { counts, resumedAt, isComplete, seconds }: SummaryOptions,
): Summary {
  const { rows, classified, truncated, errors, examples, labels, languages, bins } = counts;
  const threshold = DRIFT_POLICY.psi.changed;
  const judged = profile && judge(profile, { counts: bins, samplesOf: () => [] }, threshold);
  return {
    ...{ model: name, commit, tag: tag ?? null, complete: isComplete },
    ...{ rows, resumed_at: resumedAt, classified, truncated, errors, error_examples: examples },
    ...{ labels: byCount(labels), languages: byCount(languages) },
    seconds: Number(seconds.toFixed(3)),
    rows_per_second: Number(((rows - resumedAt) / Math.max(seconds, 1e-3)).toFixed(1)),
    drift: judged
      ? {
          threshold,
          drifted: judged.drifted,
          features: judged.features,
          foreign_languages: judged.foreign_languages,
        }
      : null,
  };
}

function byCount(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

/** Lines of text. */
export function formatSummary(summary: Summary): string[] {
  const { model, tag, commit, rows, resumed_at, seconds, rows_per_second } = summary;
  const { classified, truncated, errors, error_examples, labels, languages } = summary;
  const resumed = resumed_at > 0 ? `, ${formatCount(resumed_at)} of them by an earlier run` : '';
  const took = `${formatMinutes(seconds * 1000)} min, ${formatCount(Math.round(rows_per_second))} rows/s`;
  return [
    `${[model, tag].filter(Boolean).join(' ')} ${commit}`,
    `${formatQuantity(rows, 'row')}${resumed}; ${took}`,
    `labels: ${sharesOf(labels, classified, (label) => label)}`,
    `languages: ${sharesOf(languages, classified, languageTitle)}`,
    ...(truncated > 0
      ? [`longer than the model's window, and truncated: ${formatQuantity(truncated, 'text')}`]
      : []),
    ...(errors > 0 ? [`not classified: ${formatQuantity(errors, 'row')}`] : []),
    ...error_examples.map((example) => `  ${example}`),
    ...(errors > error_examples.length && error_examples.length > 0
      ? [`  and ${formatCount(errors - error_examples.length)} more`]
      : []),
    ...formatDrift(summary),
  ];
}

function sharesOf(
  counts: Readonly<Record<string, number>>,
  total: number,
  titleOfName: (name: string) => string,
): string {
  const all = Object.entries(counts);
  const shown = all.slice(0, MAX_LANGUAGES);
  const rest = all.slice(MAX_LANGUAGES).reduce((sum, [, count]) => sum + count, 0);
  const parts = shown.map(([name, count]) => `${titleOfName(name)} ${formatShare(count / total)}`);
  return (
    [...parts, ...(rest > 0 ? [`other ${formatShare(rest / total)}`] : [])].join(', ') || 'none'
  );
}

function formatDrift({ drift, classified }: Summary): string[] {
  if (!drift) {
    return ['drift: the version has no profile to compare with'];
  }
  const { headline, foreign } = summaryOf({
    ...drift,
    predictions: classified,
    reference: 'training',
    examples: [],
  });
  const indexes = drift.features.map(
    (feature) => `${titleOf(feature.feature)} ${formatIndex(feature.psi)} ${verdictTitle(feature)}`,
  );
  return [
    headline,
    ...foreign,
    ...(classified >= DRIFT_POLICY.minObservations
      ? [`compared with the training data (PSI): ${indexes.join(', ')}`]
      : []),
  ];
}
