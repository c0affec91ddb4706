/** Compares what a training made with what the version has. */
import { createHash } from 'node:crypto';
import { type Metrics, servedScores } from '../../artifacts/metrics.ts';
import { type ModelFiles, parseArtifact, requireArtifact } from '../../artifacts/read.ts';
import { isOutput } from '../../artifacts/version-files.ts';
import { ModelError } from '../../version/errors.ts';
import { algorithmOf, objectId } from '../../version/git-objects.ts';
import { digestOf, type VersionFile } from '../../version/manifest.ts';
import type { Version } from '../../version/version.ts';
import { SCORE_TOLERANCES } from '../tolerances.ts';

export interface Reproduction {
  readonly commit: string;
  /** `same-scores`: other bytes, and every score within `SCORE_TOLERANCES.retrained`. */
  readonly verdict: 'identical' | 'same-scores' | 'different';
  readonly files: readonly FileComparison[];
  /** Scores that differ: the primary one, by data set. */
  readonly scores: readonly ScoreComparison[];
  /** Those that were run; the verdict is about the training, which used their recorded results. */
  readonly earlierSteps: readonly ResultsComparison[];
}

export interface ResultsComparison {
  readonly name: string;
  readonly files: readonly FileComparison[];
}

export interface FileComparison {
  readonly path: string;
  readonly identical: boolean;
  /** Digests as the version lists them: SHA-256 of git-lfs files, git's blob id of others. */
  readonly expected: string;
  readonly found: string;
}

interface ScoreComparison {
  readonly dataset: string;
  readonly expected: number;
  readonly found: number | undefined;
}

/** True where the training was reproduced, and all that was run of the earlier steps. */
export function isReproduced({ verdict, earlierSteps }: Reproduction): boolean {
  return verdict !== 'different' && earlierSteps.every(areIdentical);
}

/** True where an earlier step wrote the recorded bytes. */
export function areIdentical({ files }: Pick<ResultsComparison, 'files'>): boolean {
  return files.every(({ identical }) => identical);
}

/** The recorded results of an earlier step. @throws ModelError `unfit` where the version lacks one. */
export function recordedResults(
  { commit, files }: Version,
  name: string,
  paths: readonly string[],
): VersionFile[] {
  return paths.map((path) => {
    const file = files.find((each) => each.path === path);
    if (!file) {
      throw new ModelError('unfit', `${path}, a result of ${name}, is no file of ${commit}`);
    }
    return file;
  });
}

/** @param results that the step wrote now, by path. */
export function compareResults(
  { commit }: Version,
  name: string,
  recorded: readonly VersionFile[],
  results: ModelFiles,
): ResultsComparison {
  return { name, files: recorded.map((file) => compareFile(file, results.get(file.path), commit)) };
}

/** @param outputs of the training, by path. */
export async function compareOutputs(
  version: Version,
  outputs: ModelFiles,
): Promise<Omit<Reproduction, 'earlierSteps'>> {
  const { commit } = version;
  const files = version.files
    .filter(({ path }) => isOutput(path))
    .map((file) => compareFile(file, outputs.get(file.path), commit));
  if (areIdentical({ files })) {
    return { commit, verdict: 'identical', files, scores: [] };
  }
  const bytes = outputs.get('metrics.json');
  const metrics = bytes && parseArtifact('metrics.json', bytes);
  const scores = compareScores(await requireArtifact(version, 'metrics.json'), metrics);
  const verdict = metrics && scores.every(isWithinTolerance) ? 'same-scores' : 'different';
  return { commit, verdict, files, scores };
}

function compareFile(file: VersionFile, bytes: Buffer | undefined, commit: string): FileComparison {
  const expected = digestOf(file);
  const found = bytes ? digest(file, bytes, commit) : 'nothing';
  return { path: file.path, identical: found === expected, expected, found };
}

function digest({ lfs }: VersionFile, bytes: Buffer, commit: string): string {
  return lfs
    ? `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    : `git-blob:${objectId('blob', bytes, algorithmOf(commit))}`;
}

function compareScores(expected: Metrics, found: Metrics | undefined): ScoreComparison[] {
  const { primary } = expected;
  const foundScores = found && servedScores(found);
  return [...servedScores(expected)]
    .map(([dataset, scores]) => ({
      dataset,
      expected: scores[primary],
      found: foundScores?.get(dataset)?.[primary],
    }))
    .filter((score) => score.found !== score.expected);
}

function isWithinTolerance({ expected, found }: ScoreComparison): boolean {
  return found !== undefined && Math.abs(found - expected) <= SCORE_TOLERANCES.retrained;
}
