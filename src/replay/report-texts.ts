/** The texts of a report, for every output. They may contain text of the log: each output sanitises it. */
import { namesOf, STDIN } from '../logs/log-files.ts';
import { formatCount, formatQuantity } from '../terminal/numbers.ts';
import {
  type ComparedVersion,
  type Difference,
  missingOf,
  nameOf,
  type ReplayReport,
} from './report.ts';
import { MISSING_REASONS, type MissingReason } from './texts.ts';

const MISSING: Readonly<Record<MissingReason, string>> = {
  none: 'without a text (LOG_INPUT=none)',
  cut: 'with a text that was cut (a LOG_INPUT_CHARS of MAX_CHARS cuts none)',
  masked: 'with a masked text (LOG_INPUT=masked)',
  hash: 'with a hash (LOG_INPUT=hash; --texts names a file that has the texts)',
  'unknown-hash': 'with the hash of a text that the file of --texts does not have',
};

/** How many predictions can't be replayed, and what LOG_INPUT must be. */
export function describeMissing({
  files,
  lines,
  missing,
}: Pick<ReplayReport, 'files' | 'lines' | 'missing'>): string {
  const reasons = MISSING_REASONS.filter((reason) => missing[reason] > 0).map(
    (reason) => `${formatCount(missing[reason])} ${MISSING[reason]}`,
  );
  const found = `${formatCount(missingOf(missing))} of ${formatCount(lines.predictions)} predictions`;
  return (
    `${namesOf(files)}: ${found} can't be replayed: ${reasons.join('; ')}. ` +
    'A replay needs the log of a server with LOG_INPUT=full, or --texts with every text'
  );
}

/** `100,000 predictions, 0 differ`. */
export function describeCheck({ checked }: ReplayReport): string {
  return `${formatQuantity(checked.predictions, 'prediction')}, ${formatCount(checked.differ)} differ`;
}

export function titleOf(report: ReplayReport): string {
  return `Replay: ${report.model} ${nameOf(report.against)}`;
}

/** `line 12, request 4f…`; the file is named where there are several. */
export function placeOf({ file, line, requestId }: Difference, files: readonly string[]): string {
  const name = file === STDIN ? 'standard input' : file;
  const where = files.length > 1 ? `${name}, line ${line}` : `line ${line}`;
  return requestId === '' ? where : `${where}, request ${requestId}`;
}

/** `expected positive 0.913245, found positive 0.913275 (neutral: expected 0.051000, found 0.050970)`. */
export function describeDifference({ expected, found, scores }: Difference): string {
  const main =
    `expected ${expected.label} ${formatExact(expected.score)}, ` +
    `found ${found.label} ${formatExact(found.score)}`;
  const others = scores
    // The score of the label is in `main`, where it is the same number there and among the scores.
    .filter(
      (score) =>
        score.label !== expected.label ||
        score.label !== found.label ||
        score.expected !== expected.score ||
        score.found !== found.score,
    )
    .map(
      (score) =>
        `${score.label}: expected ${formatExact(score.expected)}, found ${formatExact(score.found)}`,
    );
  return others.length === 0 ? main : `${main} (${others.join('; ')})`;
}

/** All six decimals of a score, and more where the log has more. */
function formatExact(score: number | null): string {
  if (score === null) {
    return 'none';
  }
  const fixed = score.toFixed(6);
  return Number(fixed) === score ? fixed : String(score);
}

/** The title of another version's part. */
export function comparedTitle(version: ComparedVersion): string {
  return `Predictions of ${nameOf(version)}, compared`;
}

/** What the reader has to know beside the results. */
export function notesOf({
  checked,
  lines,
  notCompared,
  feedback,
  against,
}: ReplayReport): string[] {
  const notes: string[] = [];
  const add = (count: number, noun: string, note: string): void => {
    if (count > 0) {
      notes.push(`${formatQuantity(count, noun)} ${note}`);
    }
  };
  add(checked.differ - checked.differences.length, 'more difference', 'not shown.');
  add(
    checked.sameInOtherBatch,
    'prediction',
    'the same only alone or beside longer texts: the last bits of a sum depend on the batch.',
  );
  add(
    checked.maybeMasked,
    'difference',
    'in texts with @user, http, <email> or <phone>: if the server had LOG_INPUT=masked, it classified ' +
      'another text.',
  );
  add(
    notCompared.otherLabels,
    'prediction',
    `not compared: their label is none of ${nameOf(against)}.`,
  );
  add(notCompared.furtherVersions, 'prediction', 'of further versions not compared.');
  add(
    feedback.withoutPrediction,
    'line',
    'of feedback not counted: no prediction of another version, or one too far before it.',
  );
  add(lines.broken, 'broken line', 'skipped.');
  add(lines.events, 'line', 'of other events skipped.');
  return notes;
}
