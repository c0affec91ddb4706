/**
 * git's merge driver for the files of a version.
 * Source: git's documentation, gitattributes, "Defining a custom merge driver".
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { ModelError } from '../../version/errors.ts';
import type { HashAlgorithm } from '../../version/git-objects.ts';
import type { ConflictStyle } from './conflict-style.ts';
import { type FileSides, type MergedFile, mergeFile } from './merge-file.ts';

/** The files that git passes to a driver (`%O %A %B`). */
export interface DriverFiles {
  readonly base: string;
  /** Replaced by the result. */
  readonly ours: string;
  readonly theirs: string;
}

/**
 * What git runs for a file that both sides changed. The result replaces ours.
 *
 * @param path of the file in the repository (`%P`).
 * @returns a line for each conflict.
 * @throws the system's error; ours is unchanged then.
 */
export async function runMergeDriver(
  files: DriverFiles,
  path: string,
  algorithm: HashAlgorithm,
  style: ConflictStyle,
): Promise<readonly string[]> {
  const sides = {
    base: await readFile(files.base),
    ours: await readFile(files.ours),
    theirs: await readFile(files.theirs),
  };
  const { bytes, messages } =
    (await mergeByMeaning(files, path, sides, algorithm, style)) ??
    (await mergeLines(files, path, sides, style));
  const temporary = `${files.ours}.${randomUUID()}`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, files.ours);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return messages;
}

/** @returns undefined where the file can only be merged line by line. */
async function mergeByMeaning(
  files: DriverFiles,
  path: string,
  sides: FileSides,
  algorithm: HashAlgorithm,
  { favored, ...style }: ConflictStyle,
): Promise<MergedFile | undefined> {
  const merged = mergeFile(path, sides, algorithm, style);
  if (!merged || merged.messages.length === 0) {
    return merged;
  }
  // A favoured side is for what is a conflict otherwise.
  const byLines = merged.parseLines && (await runMergeFile(files, { ...style, favored }));
  if (byLines?.conflicts === 0 && isParsed(byLines.bytes, merged)) {
    return { bytes: byLines.bytes, messages: [] };
  }
  return favored ? mergeFile(path, sides, algorithm, { ...style, favored }) : merged;
}

function isParsed(bytes: Buffer, { parseLines }: MergedFile): boolean {
  try {
    return parseLines?.(bytes.toString('utf8')) !== undefined;
  } catch (error) {
    if (error instanceof ModelError) {
      return false;
    }
    throw error;
  }
}

/** git's own merge, line by line. */
async function mergeLines(
  files: DriverFiles,
  path: string,
  sides: FileSides,
  style: ConflictStyle,
): Promise<MergedFile> {
  if (Object.values(sides).some(isBinary)) {
    const message = `${path}: conflict: no text; ours is kept until one is chosen`;
    return style.favored
      ? { bytes: sides[style.favored], messages: [] }
      : { bytes: sides.ours, messages: [message] };
  }
  const { bytes, conflicts } = await runMergeFile(files, style);
  const message = `${path}: conflict between lines, in ${conflicts} places`;
  return { bytes, messages: conflicts > 0 ? [message] : [] };
}

/** `git merge-file` reports the number of conflicts as its exit code; a larger one is an error. */
const MAX_CONFLICTS = 127;

function runMergeFile(
  files: DriverFiles,
  { labels, showsBase, markerSize, favored }: ConflictStyle,
): Promise<{ bytes: Buffer; conflicts: number }> {
  const options = [
    `--marker-size=${markerSize}`,
    ...(showsBase ? ['--diff3'] : []),
    ...(favored ? [`--${favored}`] : []),
    ...[labels.ours, labels.base, labels.theirs].flatMap((label) => ['-L', label]),
  ];
  const names = [files.ours, files.base, files.theirs];
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['merge-file', '--stdout', ...options, '--', ...names],
      { encoding: 'buffer', maxBuffer: Number.POSITIVE_INFINITY },
      (error, bytes) => {
        const conflicts = error ? error.code : 0;
        if (typeof conflicts !== 'number' || conflicts > MAX_CONFLICTS) {
          reject(error);
        } else {
          resolve({ bytes, conflicts });
        }
      },
    );
  });
}

/** By the rule of git: xdiff-interface.c, `buffer_is_binary`. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
