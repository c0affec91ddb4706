/**
 * git's merge driver for the files of a version.
 * Source: git's documentation, gitattributes, "Defining a custom merge driver".
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { isMadeByTraining, retrainingMark } from '../../artifacts/lineage.ts';
import { parseRequirements } from '../../artifacts/requirements.ts';
import { type SourceNode, wholeFile } from '../../artifacts/source-tree.ts';
import { ModelError } from '../../version/errors.ts';
import { type HashAlgorithm, objectId } from '../../version/git-objects.ts';
import { type Conflict, mergeSources, type Sides } from './three-way.ts';

/** A version may lie in a folder of its repository: attributes match there too. */
const FORMATS: readonly (readonly [path: RegExp, parse: (text: string) => SourceNode])[] = [
  [
    /(?:^|\/)data\/datasets\.json$/,
    (text) => parseJsonSource(text, { identifiers: { datasets: 'name', files: 'path' } }),
  ],
  [/\.json$/, (text) => parseJsonSource(text)],
  [/(?:^|\/)environment\/requirements\.(?:in|txt)$/, parseRequirements],
  [/(?:^|\/)environment\/\.python-version$/, wholeFile],
];

export type FileSides = { readonly [Side in keyof Sides<Buffer>]: Buffer };

export interface MergedFile {
  readonly bytes: Buffer;
  /** A line for each conflict; none for a clean merge. */
  readonly messages: readonly string[];
}

/**
 * Merges one file of a version by what it means.
 *
 * @param sides an empty base stands for none, as git gives it where both sides added the file.
 * @returns undefined where only lines can be merged: no format of ours, or not in its format.
 */
export function mergeFile(
  path: string,
  sides: FileSides,
  algorithm: HashAlgorithm,
): MergedFile | undefined {
  if (isMadeByTraining(path)) {
    return mergeMadeByTraining(path, sides, algorithm);
  }
  const parse = FORMATS.find(([pattern]) => pattern.test(path))?.[1];
  const nodes = parse && parseSides(sides, parse);
  const merged = nodes && mergeSources(nodes.base, nodes.ours, nodes.theirs);
  return (
    merged && {
      bytes: Buffer.from(merged.text),
      messages: merged.conflicts.map((conflict) => formatConflict(path, conflict)),
    }
  );
}

function mergeMadeByTraining(
  path: string,
  { base, ours, theirs }: FileSides,
  algorithm: HashAlgorithm,
): MergedFile {
  if (theirs.equals(base) || theirs.equals(ours)) {
    return { bytes: ours, messages: [] };
  }
  if (ours.equals(base)) {
    return { bytes: theirs, messages: [] };
  }
  const id = (bytes: Buffer): string => objectId('blob', bytes, algorithm);
  const blobs = {
    base: base.byteLength > 0 ? id(base) : undefined,
    ours: id(ours),
    theirs: id(theirs),
  };
  const message = `${path}: to be retrained: ours and theirs were made from different ingredients`;
  return { bytes: Buffer.from(retrainingMark(path, blobs)), messages: [message] };
}

interface NodeSides extends Sides<SourceNode> {
  readonly ours: SourceNode;
  readonly theirs: SourceNode;
}

/** @returns undefined where a side is not what its format says: lines can be merged all the same. */
function parseSides(
  { base, ours, theirs }: FileSides,
  parse: (text: string) => SourceNode,
): NodeSides | undefined {
  // Not `toString`, which would put another character in place of a byte that is not UTF-8.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const read = (bytes: Buffer): SourceNode => parse(decoder.decode(bytes));
  try {
    return {
      base: base.byteLength > 0 ? read(base) : undefined,
      ours: read(ours),
      theirs: read(theirs),
    };
  } catch (error) {
    if (error instanceof ModelError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

function formatConflict(path: string, { path: key, base, ours, theirs }: Conflict): string {
  const absent = base === undefined ? 'none' : 'deleted';
  const side = (text: string | undefined): string =>
    text === undefined ? absent : shorten(text.replace(/(?:\\?\s)+/g, ' '));
  const where = key === '' ? '' : ` in ${key}`;
  return `${path}: conflict${where}: base ${side(base)}, ours ${side(ours)}, theirs ${side(theirs)}`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The files that git gives a driver (`%O %A %B`). */
export interface DriverFiles {
  readonly base: string;
  /** Where the result goes. */
  readonly ours: string;
  readonly theirs: string;
}

/**
 * What git runs for a file that both sides changed: puts the result in place of ours.
 *
 * @param path of the file in the repository (`%P`).
 * @returns a line for each conflict.
 * @throws the system's error; ours is then as it was.
 */
export async function runMergeDriver(
  files: DriverFiles,
  path: string,
  algorithm: HashAlgorithm,
): Promise<readonly string[]> {
  const sides = {
    base: await readFile(files.base),
    ours: await readFile(files.ours),
    theirs: await readFile(files.theirs),
  };
  const { bytes, messages } =
    mergeFile(path, sides, algorithm) ?? (await mergeLines(files, path, sides));
  const temporary = `${files.ours}.${randomUUID()}`;
  await writeFile(temporary, bytes);
  await rename(temporary, files.ours);
  return messages;
}

/** git's own merge by lines. */
function mergeLines(files: DriverFiles, path: string, sides: FileSides): Promise<MergedFile> {
  if (Object.values(sides).some(isBinary)) {
    const message = `${path}: conflict: no text; ours is kept until one is chosen`;
    return Promise.resolve({ bytes: sides.ours, messages: [message] });
  }
  const labels = ['ours', 'base', 'theirs'].flatMap((label) => ['-L', label]);
  const names = [files.ours, files.base, files.theirs];
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['merge-file', '--stdout', '--diff3', ...labels, '--', ...names],
      { encoding: 'buffer', maxBuffer: Number.POSITIVE_INFINITY },
      (error, bytes) => {
        // The exit code is the number of conflicts, at most 127; more stands for an error.
        const conflicts = error ? error.code : 0;
        if (typeof conflicts !== 'number' || conflicts > 127) {
          reject(error);
        } else {
          const message = `${path}: conflict between lines, in ${conflicts} places`;
          resolve({ bytes, messages: conflicts > 0 ? [message] : [] });
        }
      },
    );
  });
}

/** As git tells it: xdiff-interface.c, `buffer_is_binary`. */
function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
