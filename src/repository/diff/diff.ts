/** `models diff`: the ingredients and the results of two versions, side by side. */
import type { Metrics } from '../../artifacts/metrics.ts';
import { readArtifact } from '../../artifacts/read.ts';
import type { VersionFilePath } from '../../artifacts/version-files.ts';
import { hasCode } from '../../version/errors.ts';
import type { Signature } from '../../version/git-objects.ts';
import type { Version } from '../../version/version.ts';
import { type Change, mapChange, type Status, statusOf } from './change.ts';
import { changedFiles, createReader, type Versions } from './changed-files.ts';
import { type DatasetsDiff, diffDatasets } from './datasets.ts';
import { diffPackages, type PackageChange } from './packages.ts';
import { diffProfiles, type ProfileDiff } from './profile.ts';
import { diffScores, type ScoresDiff } from './scores.ts';
import { diffTexts, type TextChange } from './texts.ts';
import { diffTokenizers, type TokenizerDiff } from './tokenizer.ts';
import type { ValueChange } from './values.ts';
import { compareWeights, type Inspect, type WeightsDiff } from './weights.ts';

export interface VersionDiff {
  readonly commits: { readonly old: CommitSummary; readonly new: CommitSummary };
  /** Every file that differs, whether or not a section below shows how. */
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

/** Files that have a section of their own; all others are compared line by line. */
const FILES_WITH_SECTION: ReadonlySet<string> = new Set<VersionFilePath>([
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
 * Compares two versions. A file that only one of them has is reported as added or removed; the bytes
 * of the weights may be missing.
 *
 * @param inspect reads inputs and outputs from the weights; without it, they are compared by size and digest.
 * @throws ModelError `unfit`, naming file and version, where a file is not in its format.
 */
export async function diffVersions(versions: Versions, inspect?: Inspect): Promise<VersionDiff> {
  const changes = changedFiles(versions);
  const reader = createReader(versions, changes);
  const { text, artifact, values } = reader;
  const { weights, notes } = await compareWeights(reader, changes.get('model.onnx'), inspect);
  return {
    commits: { old: summaryOf(versions.old), new: summaryOf(versions.new) },
    files: [...changes].map(([path, change]) => ({ path, status: statusOf(change) })),
    hyperparameters: await values('hyperparameters.json'),
    configuration: await values('config.json'),
    datasets: diffDatasets(await artifact('data/datasets.json')),
    environment: {
      python: mapChange(await text('environment/.python-version'), (version) => version.trim()),
      settings: await values('environment/environment.json'),
      packages: diffPackages(await text('environment/requirements.txt')),
    },
    weights,
    tokenizer: changes.has('tokenizer.json')
      ? diffTokenizers(await artifact('tokenizer.json'))
      : undefined,
    scores: diffScores(await readMetrics()),
    profile: diffProfiles(await artifact('profile.json')),
    texts: await compareTexts(),
    notes,
  };

  /** Also where they are the same: that is said of each score. */
  async function readMetrics(): Promise<Change<Metrics>> {
    if (changes.has('metrics.json')) {
      return artifact('metrics.json');
    }
    const metrics = await readArtifact(versions.new, 'metrics.json').catch((error: unknown) => {
      // Nothing is known of scores that can't be read, but they did not change.
      if (!hasCode(error, 'unfit')) {
        throw error;
      }
      return undefined;
    });
    return { old: metrics, new: metrics };
  }

  async function compareTexts(): Promise<TextChange[]> {
    const texts: TextChange[] = [];
    for (const [path, { old: before, new: after }] of changes) {
      const isLfs = before?.lfs ?? after?.lfs;
      if (!FILES_WITH_SECTION.has(path) && !isLfs) {
        const change = diffTexts(path, await reader.bytes(path));
        texts.push(...(change ? [change] : []));
      }
    }
    return texts;
  }
}

function summaryOf({ commit, details: { author, message } }: Version): CommitSummary {
  return { commit, author, message };
}
