/** `baseline` over log files: the normal of a version, from the predictions of a log. */
import { linesOf, namesOf } from '../../logs/log-files.ts';
import { createWindowCounts, DRIFT_WINDOW_SECONDS, type Normal } from '../normal.ts';
import { binFinders, binNames, type Profile } from '../profile.ts';
import { DriftError } from './drift-error.ts';
import { readLine } from './log-line.ts';

export interface LogNormalOptions {
  /** Milliseconds since 1970; earlier predictions are left out. */
  readonly since: number | undefined;
  readonly commit: string;
  readonly model: string;
  /** Whose bins are counted. */
  readonly profile: Profile;
  /** Called with the share of the bytes that were read, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * @param files in any order; `-` is standard input.
 * @throws DriftError where they have no prediction of the version; as `linesOf`.
 */
export async function normalOfLogs(
  files: readonly string[],
  { since, commit, model, profile, onProgress }: LogNormalOptions,
): Promise<Normal> {
  const counts = createWindowCounts();
  const finders = [...binFinders(profile)].map(([feature, findBin]) => {
    const distribution = profile.features[feature];
    return { feature, findBin, names: distribution ? binNames(distribution) : [] };
  });
  const earliest = since === undefined ? '' : new Date(since).toISOString();
  let [from, to] = ['~', ''];
  for await (const { lines } of linesOf(files, onProgress)) {
    for (const line of lines) {
      const read = readLine(line);
      if (
        read.kind !== 'prediction' ||
        read.prediction.commit !== commit ||
        read.prediction.timestamp < earliest
      ) {
        continue;
      }
      const { timestamp } = read.prediction;
      from = timestamp < from ? timestamp : from;
      to = timestamp > to ? timestamp : to;
      const window = windowOf(timestamp);
      for (const { feature, findBin, names } of finders) {
        const bin = names[findBin(read.prediction)];
        if (bin !== undefined) {
          counts.add({ feature, bin, window, count: 1 });
        }
      }
    }
  }
  if (to === '') {
    throw new DriftError(`${namesOf(files)}: no prediction of ${commit} in this time`);
  }
  // Bins without any text have the share 0.
  const window = windowOf(to);
  for (const { feature, names } of finders) {
    for (const bin of names) {
      counts.add({ feature, bin, window, count: 0 });
    }
  }
  return { name: model, commit, from, to, texts: counts.texts(), features: counts.features() };
}

function windowOf(timestamp: string): number {
  return Math.floor(Date.parse(timestamp) / 1000 / DRIFT_WINDOW_SECONDS);
}
