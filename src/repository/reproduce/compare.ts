/** Compares what a training made with what the version has. */
import { createHash } from 'node:crypto';
import { type Metrics, servedScores } from '../../artifacts/metrics.ts';
import { type ModelFiles, parseArtifact, requireArtifact } from '../../artifacts/read.ts';
import { isOutput } from '../../artifacts/version-files.ts';
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
}

interface FileComparison {
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

/** @param outputs of the training, by path. */
export async function compareOutputs(version: Version, outputs: ModelFiles): Promise<Reproduction> {
  const { commit } = version;
  const files = version.files
    .filter(({ path }) => isOutput(path))
    .map((file) => compareFile(file, outputs.get(file.path), commit));
  if (files.every(({ identical }) => identical)) {
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
