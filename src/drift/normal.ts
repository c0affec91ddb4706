/**
 * The normal of a deployment: how languages, labels, scores, lengths and unknown tokens were distributed in
 * its own traffic while all was well. `tweet-sentiment baseline` measures it, and the server exports it, so
 * that traffic is compared with it beside the training data.
 */
import { mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isSystemError, KnownError } from '../errors.ts';
import { makeFolder } from '../folders.ts';
import { DRIFT_POLICY } from './policy.ts';

/** The window whose shares are compared with the normal, as in the alert rules. */
export const DRIFT_WINDOW_SECONDS = 300;

/** A folder that was named by mistake must not fill the memory. */
const MAX_FILE_BYTES = 1024 ** 2;
/** Bounds how many series a file may make the server export. */
const MAX_FEATURES = 16;
const MAX_BINS = 64;

const share = z.number().min(0).max(1);
const atMost = (max: number) => (record: object) => Object.keys(record).length <= max;

const normalSchema = z.object({
  /** As MODEL_NAME: it is a part of the path. */
  name: z.string().regex(/^[a-z0-9][\w.-]{0,99}$/i, 'expected the name of a model'),
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'expected a full SHA'),
  /** The time that it was measured over. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  texts: z.int().min(1),
  /** By feature and bin, which are named as in `profile.json`. */
  features: z
    .record(
      z.string(),
      z
        .record(
          z.string(),
          z.object({
            /** Share of the texts, 0 to 1. */
            ratio: share,
            /** Standard deviation of the share over windows of five minutes. */
            deviation: share,
          }),
        )
        .refine(atMost(MAX_BINS), `expected at most ${MAX_BINS} bins`),
    )
    .refine(atMost(MAX_FEATURES), `expected at most ${MAX_FEATURES} features`),
});

export type Normal = z.infer<typeof normalSchema>;

/** The folder that commands use where BASELINES is unset. */
export const DEFAULT_BASELINES = 'baselines';

/** Where the normal of a version is kept. */
export function pathOfNormal(folder: string, name: string, commit: string): string {
  return join(folder, name, `${commit}.json`);
}

/**
 * @returns undefined where the folder has none of the version.
 * @throws KnownError `bad-baseline` where it is something else, or can't be read.
 */
export async function readNormal(
  folder: string,
  name: string,
  commit: string,
): Promise<Normal | undefined> {
  const path = pathOfNormal(folder, name, commit);
  const size = await sizeOf(path);
  if (size === undefined) {
    return undefined;
  }
  if (size > MAX_FILE_BYTES) {
    throw bad(path, `at most ${MAX_FILE_BYTES} bytes`, `${size} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw error instanceof SyntaxError ? bad(path, 'JSON', error.message) : unreadable(path, error);
  }
  const data = checked(json, path);
  if (data.name !== name || data.commit !== commit) {
    throw bad(path, `the baseline of ${name} ${commit}`, `that of ${data.name} ${data.commit}`);
  }
  return data;
}

function checked(json: unknown, path: string): Normal {
  const { data, error } = normalSchema.safeParse(json);
  if (!data) {
    const [issue] = error.issues;
    throw bad(path, 'a baseline', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  return data;
}

function bad(path: string, expected: string, found: string): KnownError {
  return new KnownError('bad-baseline', `${path}: expected ${expected}, found ${found}`);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory()) {
      // To read a pipe could take forever.
      throw bad(path, 'a file', 'a pipe or device');
    }
    return stats.size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): unknown {
  return isSystemError(cause)
    ? new KnownError('bad-baseline', `${path} can't be read (${cause.code})`, { cause })
    : cause;
}

/**
 * Writes a normal in one step: who reads it sees the one before, or all of this one.
 *
 * @returns its path.
 * @throws KnownError `bad-baseline` where it could not be read again, as `readNormal`; the system's error.
 */
export async function writeNormal(folder: string, normal: Normal): Promise<string> {
  const path = pathOfNormal(folder, normal.name, normal.commit);
  checked(normal, path);
  await makeFolder(dirname(path));
  const staging = await mkdtemp(join(dirname(path), '.staging-'));
  try {
    const file = await open(join(staging, 'baseline.json'), 'w');
    try {
      await file.writeFile(`${JSON.stringify(normal, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(join(staging, 'baseline.json'), path);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return path;
}

/** Observations of one version by feature, window and bin, of which its normal is made. */
export interface WindowCounts {
  /** @param window any number that is the same for all observations of five minutes. */
  add(observations: {
    readonly feature: string;
    readonly window: number;
    readonly bin: string;
    readonly count: number;
  }): void;
  /** Of the feature with the most. */
  texts(): number;
  features(): Normal['features'];
}

type Bins = Map<string, number>;

export function createWindowCounts(): WindowCounts {
  const counts = new Map<string, Map<number, Bins>>();
  return {
    add: ({ feature, window, bin, count }) => {
      const windows = counts.get(feature) ?? new Map<number, Bins>();
      counts.set(feature, windows);
      const bins = windows.get(window) ?? new Map<string, number>();
      windows.set(window, bins.set(bin, (bins.get(bin) ?? 0) + count));
    },
    texts: () =>
      Math.round(Math.max(0, ...[...counts.values()].map((windows) => sum(totals(windows))))),
    features: () =>
      Object.fromEntries(
        [...counts]
          // Such as topics, in a log of a version that had none.
          .filter(([, windows]) => sum(totals(windows)) > 0)
          .map(([feature, windows]) => [feature, sharesOf(windows)]),
      ),
  };
}

function sharesOf(windows: ReadonlyMap<number, Bins>): Normal['features'][string] {
  const total = sum(totals(windows));
  const names = new Set([...windows.values()].flatMap((bins) => [...bins.keys()]));
  const enough = [...windows.values()].filter(
    (bins) => sum(bins.values()) >= DRIFT_POLICY.minObservations,
  );
  const bins = [...names].map((bin) => {
    const ratio = sum(countsOf(windows, bin)) / total;
    const shares = enough.map((window) => (window.get(bin) ?? 0) / sum(window.values()));
    return [
      bin,
      { ratio: rounded(ratio), deviation: rounded(deviationOf(shares, ratio)) },
    ] as const;
  });
  return Object.fromEntries(bins);
}

/** With fewer windows, their deviation says little: that of a random sample takes its place. */
const MIN_WINDOWS = 12;

function deviationOf(shares: readonly number[], ratio: number): number {
  if (shares.length < MIN_WINDOWS) {
    return Math.sqrt((ratio * (1 - ratio)) / DRIFT_POLICY.minObservations);
  }
  const mean = sum(shares) / shares.length;
  return Math.sqrt(sum(shares.map((value) => (value - mean) ** 2)) / shares.length);
}

function totals(windows: ReadonlyMap<number, Bins>): number[] {
  return [...windows.values()].map((bins) => sum(bins.values()));
}

function countsOf(windows: ReadonlyMap<number, Bins>, bin: string): number[] {
  return [...windows.values()].map((bins) => bins.get(bin) ?? 0);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

function rounded(value: number): number {
  return Math.min(1, Number(value.toFixed(6)));
}
