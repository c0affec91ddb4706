/** `models diff`: what two versions were made of, and what came of it, side by side. */

import { parseDatasets } from '../../artifacts/datasets.ts';
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { parseMetrics } from '../../artifacts/metrics.ts';
import { parseJson } from '../../artifacts/read.ts';
import { ModelError } from '../../version/errors.ts';
import type { Signature } from '../../version/git-objects.ts';
import type { VersionFile } from '../../version/manifest.ts';
import type { Version } from '../../version/version.ts';
import { type Change, mapChange, pairs, type Status, statusOf } from './change.ts';
import { type DatasetsDiff, diffDatasets } from './datasets.ts';
import { diffPackages, type PackageChange } from './packages.ts';
import { diffProfiles, type ProfileDiff, parseProfile } from './profile.ts';
import { diffScores, type ScoresDiff } from './scores.ts';
import { diffTexts, type TextChange } from './texts.ts';
import { diffTokenizers, parseTokenizer, type TokenizerDiff } from './tokenizer.ts';
import { diffValues, type ValueChange } from './values.ts';
import { diffWeights, type Inspect, type WeightsDiff } from './weights.ts';

export interface VersionDiff {
  readonly commits: { readonly old: CommitSummary; readonly new: CommitSummary };
  /** Every file that differs, also where the parts below have nothing to tell of it. */
  readonly files: readonly FileChange[];
  readonly hyperparameters: readonly ValueChange[];
  /** `config.json`. */
  readonly configuration: readonly ValueChange[];
  readonly datasets: DatasetsDiff;
  readonly environment: EnvironmentDiff;
  readonly weights: WeightsDiff | undefined;
  readonly tokenizer: TokenizerDiff | undefined;
  readonly scores: ScoresDiff;
  readonly profile: ProfileDiff;
  /** Code, model card and other texts. */
  readonly texts: readonly TextChange[];
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

export interface CommitSummary {
  readonly commit: string;
  readonly author: Signature;
  readonly message: string;
}

export interface FileChange {
  readonly path: string;
  readonly status: Status;
}

export interface EnvironmentDiff {
  /** Python's version; neither side where it did not change. */
  readonly python: Change<string>;
  /** The recorded command and variables. */
  readonly settings: readonly ValueChange[];
  readonly packages: readonly PackageChange[];
}

/** Files whose lines tell less than the parts above; the others are compared by lines. */
const NOT_BY_LINES: ReadonlySet<string> = new Set([
  'hyperparameters.json',
  'config.json',
  'data/datasets.json',
  'environment/environment.json',
  'environment/requirements.txt',
  'environment/.python-version',
  'model.onnx',
  'tokenizer.json',
  'metrics.json',
  'profile.json',
  'golden.json',
]);

/**
 * Compares two versions. A file that one of them does not have is told as added or removed; the
 * bytes of the weights need not be at hand.
 *
 * @param inspect reads inputs and outputs out of the weights.
 * @throws ModelError `unfit`, naming file and version, where one is not in its format.
 */
export async function diffVersions(versions: Versions, inspect: Inspect): Promise<VersionDiff> {
  const changes = changedFiles(versions);
  const { text, json, values } = createReader(versions, changes);
  const datasets = await json('data/datasets.json', parseDatasets);
  const tokenizers = await json('tokenizer.json', parseTokenizer);
  const metrics = await json('metrics.json', parseMetrics);
  const profiles = await json('profile.json', parseProfile);
  const { weights, notes } = await compareWeights(versions, changes.get('model.onnx'), inspect);
  return {
    commits: { old: summaryOf(versions.old), new: summaryOf(versions.new) },
    files: [...changes].map(([path, change]) => ({ path, status: statusOf(change) })),
    hyperparameters: await values('hyperparameters.json'),
    configuration: await values('config.json'),
    datasets: diffDatasets(datasets),
    environment: {
      python: mapChange(await text('environment/.python-version'), (version) => version.trim()),
      settings: await values('environment/environment.json'),
      packages: diffPackages(await text('environment/requirements.txt')),
    },
    weights,
    tokenizer: changes.has('tokenizer.json') ? diffTokenizers(tokenizers) : undefined,
    scores: diffScores(metrics),
    profile: diffProfiles(profiles),
    texts: await compareTexts(versions, changes),
    notes,
  };
}

function summaryOf({ commit, details: { author, message } }: Version): CommitSummary {
  return { commit, author, message };
}

/** Two versions to compare. */
interface Versions extends Change<Version> {
  readonly old: Version;
  readonly new: Version;
}

type ChangedFiles = ReadonlyMap<string, Change<VersionFile>>;

/** The files whose bytes differ, by path. */
function changedFiles(versions: Versions): ChangedFiles {
  const files = mapChange(versions, (version) => new Map(version.files.map((f) => [f.path, f])));
  return new Map(
    pairs(files)
      .filter((pair) => pair.old?.blob !== pair.new?.blob)
      .map(({ name, ...change }): [string, Change<VersionFile>] => [name, change])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Reads a file of both versions; neither side of a file that is the same in both. */
function createReader(versions: Versions, changes: ChangedFiles) {
  const parsed = async <T>(
    path: string,
    parse: (text: string, origin: string) => T,
  ): Promise<Change<T>> => {
    const { old: before, new: after } = await readChange(versions, path, changes.get(path));
    const parseSide = (bytes: Buffer | undefined, { commit }: Version): T | undefined =>
      bytes && parse(bytes.toString('utf8'), `${path} of ${commit}`);
    return { old: parseSide(before, versions.old), new: parseSide(after, versions.new) };
  };
  return {
    text: (path: string) => parsed(path, (text) => text),
    json: <T>(path: string, parse: (json: unknown, origin: string) => T) =>
      parsed(path, (text, origin) => parse(parseJson(text, origin), origin)),
    /** JSON by key. */
    values: async (path: string) =>
      diffValues(await parsed(path, (text, origin) => parseJsonSource(text, { origin }))),
  };
}

async function readChange(
  versions: Versions,
  path: string,
  change: Change<VersionFile> = NOTHING,
): Promise<Change<Buffer>> {
  return {
    old: change.old && (await versions.old.read(path)),
    new: change.new && (await versions.new.read(path)),
  };
}

const NOTHING: Change<never> = { old: undefined, new: undefined };

async function compareTexts(versions: Versions, changes: ChangedFiles): Promise<TextChange[]> {
  const texts: TextChange[] = [];
  for (const [path, change] of changes) {
    const isLfs = change.old?.lfs ?? change.new?.lfs;
    if (!NOT_BY_LINES.has(path) && !isLfs) {
      const text = diffTexts(path, await readChange(versions, path, change));
      texts.push(...(text ? [text] : []));
    }
  }
  return texts;
}

async function compareWeights(
  versions: Versions,
  files: Change<VersionFile> | undefined,
  inspect: Inspect,
): Promise<{ weights: WeightsDiff | undefined; notes: string[] }> {
  if (!files) {
    return { weights: undefined, notes: [] };
  }
  try {
    const { old: before, new: after } = await readChange(versions, 'model.onnx', files);
    const signatures = {
      old: before && (await inspect(before)),
      new: after && (await inspect(after)),
    };
    return { weights: diffWeights(files, signatures), notes: [] };
  } catch (error) {
    if (!(error instanceof ModelError && error.code === 'not-found')) {
      throw error;
    }
    const note = `inputs and outputs of the models are not compared: ${error.message}`;
    return { weights: diffWeights(files, NOTHING), notes: [note] };
  }
}
