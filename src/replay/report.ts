/** What a replay found; printed by `replay --json`: names and meanings stay. */
import type { Verdict } from '../comparison/verdict.ts';
import type { PredictionDifference } from './check.ts';
import type { ComparisonCounts, Example } from './compare.ts';
import type { MissingReason } from './texts.ts';

/** A logged prediction that its own version does not answer now. */
export interface Difference extends PredictionDifference {
  readonly file: string;
  /** In the file, from 1. */
  readonly line: number;
  readonly requestId: string;
  readonly text: string;
}

export interface LineCounts {
  readonly predictions: number;
  /** Of other events. */
  readonly events: number;
  /** Not of the log, or without a required field. */
  readonly broken: number;
}

export interface VersionName {
  readonly commit: string;
  /** Such as `v1.0.0`; null where it is not known. */
  readonly tag: string | null;
}

/** The predictions that the version itself made. */
export interface CheckResult {
  readonly predictions: number;
  readonly differ: number;
  /** The first ones. */
  readonly differences: readonly Difference[];
  /** Of those that do not differ, how many are the same only alone, or beside other texts. */
  readonly sameInOtherBatch: number;
  /**
   * Of those that differ, how many have a text that masking may have changed: the log does not name its
   * LOG_INPUT.
   */
  readonly maybeMasked: number;
}

/** The predictions of another version. */
export interface ComparedVersion extends VersionName {
  readonly predictions: number;
  /** In sentences. */
  readonly summary: readonly string[];
  readonly verdict: Verdict;
  readonly examples: readonly Example[];
}

export interface ReplayReport {
  readonly files: readonly string[];
  readonly model: string;
  /** The version that the texts were run through. */
  readonly against: VersionName;
  readonly lines: LineCounts;
  /** Predictions without a text, by the reason. */
  readonly missing: Readonly<Record<MissingReason, number>>;
  readonly checked: CheckResult;
  readonly compared: readonly ComparedVersion[];
  readonly notCompared: Pick<ComparisonCounts, 'otherLabels' | 'furtherVersions'>;
  readonly feedback: ComparisonCounts['feedback'];
}

/** The tag, or the first digits of the commit. */
export function nameOf({ tag, commit }: VersionName): string {
  return tag ?? commit.slice(0, 12);
}

/** Every prediction of the log was replayed, and none of the version's own differs. */
export function isProven({ checked, missing, notCompared }: ReplayReport): boolean {
  const { otherLabels, furtherVersions } = notCompared;
  return checked.differ + missingOf(missing) + otherLabels + furtherVersions === 0;
}

export function missingOf(missing: ReplayReport['missing']): number {
  return Object.values(missing).reduce((sum, count) => sum + count, 0);
}
