/** Whether a logged prediction is what its version answers for the text. */
import type { ReplayedAnswer } from './answers.ts';
import type { LoggedPrediction } from './read-line.ts';

/**
 * Both scores are rounded to six decimals: where the runtime adds in another order, they may fall on
 * neighbours. The rest is for the floats of such decimals.
 */
const TOLERANCE = 1e-6 + 1e-9;

/** A score that is not the same; null where one of both has no such label. */
export interface ScoreDifference {
  readonly label: string;
  readonly expected: number | null;
  readonly found: number | null;
}

/** How a prediction differs: at least one label or score does. */
export interface PredictionDifference {
  /** As the log has it. */
  readonly expected: { readonly label: string; readonly score: number };
  readonly found: { readonly label: string; readonly score: number };
  /** Of the labels whose scores differ. */
  readonly scores: readonly ScoreDifference[];
}

/** @returns undefined where every label and every score is the same. */
export function findDifference(
  logged: Pick<LoggedPrediction, 'label' | 'score' | 'scores'>,
  answer: ReplayedAnswer,
): PredictionDifference | undefined {
  const scores = logged.scores ? differentScores(logged.scores, answer.scores) : [];
  const isSame =
    logged.label === answer.label && isSameScore(logged.score, answer.score) && scores.length === 0;
  return isSame
    ? undefined
    : {
        expected: { label: logged.label, score: logged.score },
        found: { label: answer.label, score: answer.score },
        scores,
      };
}

function differentScores(
  logged: Readonly<Record<string, number>>,
  answered: Readonly<Record<string, number>>,
): ScoreDifference[] {
  const labels = new Set([...Object.keys(answered), ...Object.keys(logged)]);
  return [...labels]
    .map((label) => ({
      label,
      expected: Object.hasOwn(logged, label) ? (logged[label] as number) : null,
      found: Object.hasOwn(answered, label) ? (answered[label] as number) : null,
    }))
    .filter(
      ({ expected, found }) => expected === null || found === null || !isSameScore(expected, found),
    );
}

function isSameScore(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE;
}
