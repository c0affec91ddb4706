/** Runs the texts of a prediction log through one version, in memory that does not grow with the log. */
import { describeVerdict } from '../comparison/describe-verdict.ts';
import { judge } from '../comparison/verdict.ts';
import { linesOf, namesOf } from '../logs/log-files.ts';
import type { AnswerSource, ReplayedAnswer } from './answers.ts';
import { findDifference } from './check.ts';
import { type Comparer, createComparer } from './compare.ts';
import { type LoggedPrediction, readLine } from './read-line.ts';
import { ReplayError } from './replay-error.ts';
import {
  type ComparedVersion,
  type Difference,
  missingOf,
  nameOf,
  type ReplayReport,
  type VersionName,
} from './report.ts';
import { describeMissing } from './report-texts.ts';
import type { TextFile } from './text-file.ts';
import { findText, type MissingReason, mayBeMasked } from './texts.ts';

/** As many are kept of those that differ; the others are counted, and not tried again. */
const MAX_DIFFERENCES = 100;

export interface ReplayOptions {
  /** The name of the model that the versions belong to. */
  readonly model: string;
  /** The version that the texts are run through. */
  readonly commit: string;
  readonly answers: AnswerSource;
  /** Where hashed texts are looked up. */
  readonly texts: TextFile | undefined;
  readonly readTag: (commit: string) => Promise<string | undefined>;
  /**
   * Called again and again. @param predictions that were replayed. @param share of the bytes of the files,
   * 0 to 1; undefined where it is not known, as for standard input.
   */
  readonly onProgress: (predictions: number, share: number | undefined) => void;
}

/** A prediction with its text, and its place in the log. */
interface Waiting extends Pick<Difference, 'file' | 'line' | 'text'> {
  readonly prediction: LoggedPrediction;
  readonly mayBeMasked: boolean;
}

interface State extends ReplayOptions {
  readonly lines: { predictions: number; events: number; broken: number };
  readonly missing: Record<MissingReason, number>;
  readonly checked: {
    predictions: number;
    differ: number;
    differences: Difference[];
    sameInOtherBatch: number;
    maybeMasked: number;
  };
  readonly comparer: Comparer;
  /** The LOG_INPUT of the server that wrote the next lines. */
  logInput: string | undefined;
  waiting: Waiting[];
  replayed: number;
  share: number | undefined;
}

/**
 * @param files in the order of their lines; `-` is standard input.
 * @throws ReplayError `nothing-to-replay` where no prediction has its text; ReplayError `server-failed`,
 * ClassifierError or KnownError where a text can't be classified or a file can't be read.
 */
export async function replay(
  files: readonly string[],
  options: ReplayOptions,
): Promise<ReplayReport> {
  const state: State = {
    ...options,
    lines: { predictions: 0, events: 0, broken: 0 },
    missing: { none: 0, cut: 0, masked: 0, hash: 0, 'unknown-hash': 0 },
    checked: { predictions: 0, differ: 0, differences: [], sameInOtherBatch: 0, maybeMasked: 0 },
    comparer: createComparer(),
    logInput: undefined,
    waiting: [],
    replayed: 0,
    share: undefined,
  };
  let [current, line] = ['', 0];
  const onShare = (share: number): void => {
    state.share = share;
  };
  for await (const { file, lines } of linesOf(files, onShare)) {
    line = file === current ? line : 0;
    current = file;
    for (const content of lines) {
      line += 1;
      await readOne(state, content, { file, line });
    }
  }
  await classifyWaiting(state);
  return report(state, files);
}

async function readOne(
  state: State,
  content: string,
  place: Pick<Waiting, 'file' | 'line'>,
): Promise<void> {
  const { lines, commit, comparer, answers } = state;
  const read = readLine(content);
  switch (read.kind) {
    case 'prediction':
      lines.predictions += 1;
      await enqueue(state, read.prediction, place);
      if (state.waiting.length >= answers.chunk) {
        await classifyWaiting(state);
      }
      return;
    case 'feedback':
      lines.events += 1;
      // What is right is of no use for the proof.
      if (!commit.startsWith(read.feedback.commit)) {
        comparer.addFeedback(read.feedback);
      }
      return;
    case 'listening':
      state.logInput = read.logInput;
      lines.events += 1;
      return;
    case 'event':
      lines.events += 1;
      return;
    case 'broken':
      lines.broken += 1;
      return;
    case 'blank':
  }
}

async function enqueue(
  { waiting, missing, logInput, texts }: State,
  prediction: LoggedPrediction,
  place: Pick<Waiting, 'file' | 'line'>,
): Promise<void> {
  const found = await findText(prediction, logInput, texts);
  if ('missing' in found) {
    missing[found.missing] += 1;
    return;
  }
  const { text } = found;
  const isLogged = text === prediction.input;
  waiting.push({
    ...place,
    text,
    prediction,
    mayBeMasked: isLogged && mayBeMasked(text, logInput),
  });
}

async function classifyWaiting(state: State): Promise<void> {
  const { waiting, answers, onProgress, commit, comparer } = state;
  state.waiting = [];
  const answered = await answers.classify(waiting.map(({ text }) => text));
  for (const [at, each] of waiting.entries()) {
    const answer = answered[at] as ReplayedAnswer;
    if (each.prediction.commit === commit) {
      await check(state, each, answer);
    } else {
      comparer.add(each.prediction, each.text, answer);
    }
  }
  state.replayed += waiting.length;
  onProgress(state.replayed, state.share);
}

async function check(
  { checked, answers }: State,
  waiting: Waiting,
  answer: ReplayedAnswer,
): Promise<void> {
  const { prediction, file, line, text } = waiting;
  checked.predictions += 1;
  const difference = findDifference(prediction, answer);
  if (!difference) {
    return;
  }
  const isKept = checked.differences.length < MAX_DIFFERENCES;
  const others = isKept ? await answers.alternatives(text) : [];
  if (others.some((other) => !findDifference(prediction, other))) {
    checked.sameInOtherBatch += 1;
    return;
  }
  checked.differ += 1;
  checked.maybeMasked += waiting.mayBeMasked ? 1 : 0;
  if (isKept) {
    checked.differences.push({ file, line, requestId: prediction.requestId, text, ...difference });
  }
}

async function report(state: State, files: readonly string[]): Promise<ReplayReport> {
  const { model, commit, lines, missing, checked, comparer } = state;
  if (lines.predictions === 0) {
    const found =
      lines.events === 0 && lines.broken > 0
        ? 'not a prediction log, which has one JSON object with an event per line'
        : 'no predictions to replay';
    throw new ReplayError('nothing-to-replay', `${namesOf(files)}: ${found}`);
  }
  if (missingOf(missing) === lines.predictions) {
    throw new ReplayError('nothing-to-replay', describeMissing({ files, lines, missing }));
  }
  const against = await versionName(state, commit);
  const { otherLabels, furtherVersions, feedback } = comparer.counts();
  return {
    files,
    model,
    against,
    lines,
    missing,
    checked,
    compared: await comparedVersions(state, against),
    notCompared: { otherLabels, furtherVersions },
    feedback,
  };
}

async function comparedVersions(state: State, against: VersionName): Promise<ComparedVersion[]> {
  const compared: ComparedVersion[] = [];
  for (const { commit, comparison, examples } of state.comparer.comparisons()) {
    const verdict = judge(comparison);
    if (verdict.all.texts > 0) {
      const version = await versionName(state, commit);
      const names = { primary: nameOf(version), candidate: nameOf(against) };
      const summary = describeVerdict(verdict, names);
      compared.push({ ...version, predictions: verdict.all.texts, summary, verdict, examples });
    }
  }
  return compared;
}

async function versionName({ readTag }: State, commit: string): Promise<VersionName> {
  return { commit, tag: (await readTag(commit)) ?? null };
}
