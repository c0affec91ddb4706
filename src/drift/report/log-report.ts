/** `drift` over log files: compares the predictions of a log with a version's profile. */
import { linesOf, namesOf } from '../../logs/log-files.ts';
import { ModelError } from '../../version/errors.ts';
import type { Profile } from '../profile.ts';
import type { ReferenceKind } from '../reference.ts';
import { DriftError } from './drift-error.ts';
import { type LoggedPrediction, readLine } from './log-line.ts';
import { createPredictionBins, type PredictionBins } from './prediction-bins.ts';
import { type DriftReport, judge, type LineCounts } from './report.ts';

/** What predictions are compared with. */
export interface Reference {
  readonly profile: Profile;
  readonly tag: string | undefined;
}

/** The versions of the model that a prediction is of. */
export interface Versions {
  readonly model: string;
  /** The version to report; undefined: the version of the newest prediction. */
  readonly commit: string | undefined;
  /** @throws ModelError where the version or its profile is missing. */
  readonly findReference: (commit: string) => Promise<Reference>;
}

export interface LogOptions {
  /** Threshold of the stability index. */
  readonly threshold: number;
  /** Milliseconds since 1970; earlier predictions are left out. */
  readonly since: number | undefined;
  readonly reference: ReferenceKind;
  /**
   * Opens the versions of a model; called once for each model in the log.
   *
   * @param model as the log names it; undefined where it does not, or has no prediction.
   */
  readonly openVersions: (model: string | undefined) => Promise<Versions>;
  /** Called with the share of the bytes that were read, 0 to 1; never for standard input. */
  readonly onProgress: (share: number) => void;
}

/** The predictions of one version. */
interface Group {
  readonly versions: Versions;
  predictions: number;
  from: string;
  to: string;
  /** Undefined where only the number of predictions is reported; an error where there is no reference. */
  readonly comparison: Comparison | ModelError | undefined;
}

interface Comparison {
  readonly reference: Reference;
  readonly bins: PredictionBins;
}

interface LogContent {
  readonly groups: ReadonlyMap<string, Group>;
  readonly lines: LineCounts;
}

/**
 * Reports over log files line by line, in memory that does not grow with their size.
 *
 * @param files in any order; `-` is standard input.
 * @throws DriftError where the files are not a log, or have no prediction of the requested version;
 * ModelError where its profile is missing; the system's error where a file can't be read.
 */
export async function driftOfLogs(
  files: readonly string[],
  options: LogOptions,
): Promise<DriftReport> {
  const { threshold } = options;
  const { groups, lines } = await readLog(files, options);
  const reported = newestOf(groups, ({ comparison }) => comparison !== undefined);
  // Without a prediction of the requested version, a message names it.
  const newest = reported ?? newestOf(groups, () => true);
  const { versions } = (newest !== undefined && groups.get(newest)) || {
    versions: await options.openVersions(undefined),
  };
  const commit = reported ?? versions.commit;
  const group = commit === undefined ? undefined : groups.get(commit);
  const others = [...groups]
    .filter(([other]) => other !== commit)
    .map(([other, { predictions }]) => ({ commit: other, predictions }));
  if (!group) {
    assertMayBeEmpty(commit, others, files, lines);
  }
  const comparison = group?.comparison;
  if (comparison instanceof ModelError) {
    throw comparison;
  }
  return {
    source: { kind: 'log', files, lines },
    model: versions.model,
    commit: commit ?? null,
    tag: comparison?.reference.tag ?? null,
    from: group?.from ?? null,
    to: group?.to ?? null,
    threshold,
    reference: options.reference,
    windows: comparison?.bins.windows() ?? [],
    ...(comparison ? judge(comparison.reference.profile, comparison.bins, threshold) : NOTHING),
    predictions: group?.predictions ?? 0,
    texts: comparison?.bins.textsInLog() ?? 'none',
    other_commits: others.sort((a, b) => b.predictions - a.predictions),
  };
}

const NOTHING = { drifted: false, features: [], foreign_languages: [], examples: [] } as const;

async function readLog(files: readonly string[], options: LogOptions): Promise<LogContent> {
  const groups = new Map<string, Group>();
  const counts = { predictions: 0, earlier: 0, unreadable: 0, event: 0, foreign: 0, blank: 0 };
  const since = options.since === undefined ? '' : new Date(options.since).toISOString();
  const opened = new Map<string | undefined, Promise<Versions>>();
  const versionsOf = (model: string | undefined): Promise<Versions> => {
    const versions = opened.get(model) ?? options.openVersions(model);
    opened.set(model, versions);
    return versions;
  };
  for await (const { lines } of linesOf(files, options.onProgress)) {
    for (const line of lines) {
      const read = readLine(line);
      if (read.kind !== 'prediction') {
        counts[read.kind]++;
      } else if (read.prediction.timestamp < since) {
        counts.earlier++;
      } else {
        counts.predictions++;
        const { prediction } = read;
        const group = groups.get(prediction.commit) ?? (await createGroup(prediction, versionsOf));
        groups.set(prediction.commit, group);
        addTo(group, prediction);
      }
    }
  }
  const { event: events, blank: _, ...others } = counts;
  return { groups, lines: { ...others, events } };
}

/**
 * A log without a prediction of the version is in order where the server was started or idle.
 *
 * @throws DriftError where the files are something else, or have predictions of other versions only.
 */
function assertMayBeEmpty(
  commit: string | undefined,
  others: readonly { readonly commit: string; readonly predictions: number }[],
  files: readonly string[],
  { earlier, events, unreadable, foreign }: LineCounts,
): void {
  if (commit !== undefined && others.length > 0) {
    const found = others.map((other) => `${other.commit} (${other.predictions})`).join(', ');
    throw new DriftError(`${namesOf(files)}: no prediction of ${commit}, but of ${found}`);
  }
  if (unreadable + foreign > 0 && earlier + events === 0) {
    throw new DriftError(
      unreadable > 0
        ? `${namesOf(files)}: none of ${unreadable} predictions has every required field`
        : `${namesOf(files)}: not a prediction log, which has one JSON object with an event per line`,
    );
  }
}

async function createGroup(
  { model, commit, timestamp }: LoggedPrediction,
  versionsOf: LogOptions['openVersions'],
): Promise<Group> {
  const versions = await versionsOf(model);
  const isReported = versions.commit === undefined || versions.commit === commit;
  return {
    versions,
    predictions: 0,
    from: timestamp,
    to: timestamp,
    comparison: isReported ? await createComparison(commit, versions) : undefined,
  };
}

/** A missing reference is an error only if this turns out to be the version that is reported. */
async function createComparison(
  commit: string,
  { findReference }: Versions,
): Promise<Comparison | ModelError> {
  try {
    const reference = await findReference(commit);
    return { reference, bins: createPredictionBins(reference.profile) };
  } catch (error) {
    if (error instanceof ModelError) {
      return error;
    }
    throw error;
  }
}

function addTo(group: Group, prediction: LoggedPrediction): void {
  const { timestamp } = prediction;
  group.predictions++;
  group.from = timestamp < group.from ? timestamp : group.from;
  group.to = timestamp > group.to ? timestamp : group.to;
  if (group.comparison && 'bins' in group.comparison) {
    group.comparison.bins.add(prediction);
  }
}

function newestOf(
  groups: ReadonlyMap<string, Group>,
  isCandidate: (group: Group) => boolean,
): string | undefined {
  return [...groups]
    .filter(([, group]) => isCandidate(group))
    .sort(([, a], [, b]) => (a.to < b.to ? 1 : -1))[0]?.[0];
}
