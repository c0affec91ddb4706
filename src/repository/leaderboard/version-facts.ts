/** What the leaderboard says of a version from its files. */

import { languageOf } from '../../artifacts/datasets.ts';
import { RECORDED_OUTPUTS } from '../../artifacts/digests.ts';
import { assertRecordMatches, isRetrainingMark } from '../../artifacts/lineage.ts';
import { servedScores } from '../../artifacts/metrics.ts';
import { type ArtifactPath, parseArtifact } from '../../artifacts/read.ts';
import { isIngredient } from '../../artifacts/version-files.ts';
import { hasCode } from '../../version/errors.ts';

/** One file of a version. */
export interface FileFacts {
  /** Bytes of the file itself. */
  readonly size: number;
  /** Undefined where it was not read. */
  readonly sha256: string | undefined;
  /** Undefined for a large file, and for one of git-lfs. */
  readonly bytes: Buffer | undefined;
}

/** `not-proven`: recorded in a way that proves nothing, or not at all. */
export type Trained = 'proven' | 'not-proven' | 'to-be-retrained';

export interface VersionFacts {
  /** Whether the weights were trained from the ingredients; null where the files for it were not read. */
  readonly trained: Trained | null;
  /** The measure of the scores, such as `macro_recall`; null where none are recorded. */
  readonly primary: string | null;
  /** The primary score of the served weights, by data set. */
  readonly scores: Readonly<Record<string, number>>;
  /** The language of each data set with a score. */
  readonly languages: Readonly<Record<string, string>>;
  /** Bytes of `model.onnx`. */
  readonly modelBytes: number | null;
}

/** The files that `describeFiles` reads, besides the ingredients. */
export const READ_FILES: readonly string[] = ['metrics.json', 'profile.json', ...RECORDED_OUTPUTS];

/** Those of which it needs more than the digest; of others, the content shows at most a mark of a merge. */
export const PARSED_FILES: ReadonlySet<string> = new Set([
  ...['metrics.json', 'profile.json', 'data/datasets.json'],
]);

export function isReadForFacts(path: string): boolean {
  return READ_FILES.includes(path) || isIngredient(path);
}

/** @param files those for which `isReadForFacts`, or of a version of which not all are read, fewer. */
export function describeFiles(files: ReadonlyMap<string, FileFacts>): VersionFacts {
  const metrics = parseIfValid(files, 'metrics.json');
  const datasets = parseIfValid(files, 'data/datasets.json') ?? [];
  const scores = metrics
    ? [...servedScores(metrics)].map(([name, each]) => [name, each[metrics.primary]] as const)
    : [];
  const languages = scores.flatMap(([name]) => {
    const language = languageOf(name, datasets);
    return language === undefined ? [] : [[name, language] as const];
  });
  return {
    trained: trainedOf(files),
    primary: metrics?.primary ?? null,
    scores: Object.fromEntries(scores),
    languages: Object.fromEntries(languages),
    modelBytes: files.get('model.onnx')?.size ?? null,
  };
}

/** What is not readable has no scores; other commands name the reason. */
function parseIfValid<P extends ArtifactPath>(files: ReadonlyMap<string, FileFacts>, path: P) {
  const bytes = files.get(path)?.bytes;
  try {
    return bytes && parseArtifact(path, bytes);
  } catch (error) {
    return ifUnfit(error, undefined);
  }
}

function trainedOf(files: ReadonlyMap<string, FileFacts>): Trained | null {
  const contents = new Map<string, Buffer>();
  for (const [path, { bytes, sha256 }] of files) {
    if (sha256 === undefined) {
      return null;
    }
    if (bytes && isRetrainingMark(bytes)) {
      return 'to-be-retrained';
    }
    if (bytes) {
      contents.set(path, bytes);
    }
  }
  const digests = {
    keys: () => files.keys(),
    get: (path: string) => files.get(path)?.sha256,
  };
  try {
    return assertRecordMatches(digests, contents) === 'proven' ? 'proven' : 'not-proven';
  } catch (error) {
    return ifUnfit(error, 'to-be-retrained');
  }
}

function ifUnfit<T>(error: unknown, value: T): T {
  if (hasCode(error, 'unfit')) {
    return value;
  }
  throw error;
}
