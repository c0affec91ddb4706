/** Merges one file of a version by its meaning. */
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { retrainingMark } from '../../artifacts/lineage.ts';
import { parseRequirements } from '../../artifacts/requirements.ts';
import { type SourceNode, wholeFile } from '../../artifacts/source-tree.ts';
import { type MergeStrategy, mergeStrategyOf } from '../../artifacts/version-files.ts';
import { ModelError } from '../../version/errors.ts';
import { type HashAlgorithm, objectId } from '../../version/git-objects.ts';
import { type Conflict, mergeSources, type Sides } from './three-way.ts';

const PARSERS: Readonly<
  Record<Exclude<MergeStrategy, 'retrain' | 'lines'>, (text: string) => SourceNode>
> = {
  'json-keys': (text) => parseJsonSource(text),
  datasets: (text) => parseJsonSource(text, { identifiers: { datasets: 'name', files: 'path' } }),
  packages: parseRequirements,
  'whole-file': wholeFile,
};

/** The bytes of one file in the common ancestor and in the two versions that are merged. */
export type FileSides = { readonly [Side in keyof Sides<Buffer>]: Buffer };

export interface MergedFile {
  readonly bytes: Buffer;
  /** A line for each conflict; empty for a clean merge. */
  readonly messages: readonly string[];
}

/**
 * @param sides an empty base means that both sides added the file, as for git.
 * @returns undefined where the file can only be merged line by line: it has no format of ours, or is
 * not in its format.
 */
export function mergeFile(
  path: string,
  sides: FileSides,
  algorithm: HashAlgorithm,
): MergedFile | undefined {
  const strategy = mergeStrategyOf(path);
  switch (strategy) {
    case 'retrain':
      return mergeOutput(path, sides, algorithm);
    case 'lines':
      return undefined;
    default:
      return mergeParsed(path, sides, PARSERS[strategy]);
  }
}

/** An output of training: the side that changed it, or a mark where both did. */
function mergeOutput(
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

function mergeParsed(
  path: string,
  sides: FileSides,
  parse: (text: string) => SourceNode,
): MergedFile | undefined {
  const nodes = parseSides(sides, parse);
  const merged = nodes && mergeSources(nodes.base, nodes.ours, nodes.theirs);
  return (
    merged && {
      bytes: Buffer.from(merged.text),
      messages: merged.conflicts.map((conflict) => formatConflict(path, conflict)),
    }
  );
}

interface NodeSides extends Sides<SourceNode> {
  readonly ours: SourceNode;
  readonly theirs: SourceNode;
}

/** @returns undefined where a side is not in its format. */
function parseSides(
  { base, ours, theirs }: FileSides,
  parse: (text: string) => SourceNode,
): NodeSides | undefined {
  // `toString` would replace bytes that are not UTF-8.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const read = (bytes: Buffer): SourceNode => parse(decoder.decode(bytes));
  try {
    return {
      base: base.byteLength > 0 ? read(base) : undefined,
      ours: read(ours),
      theirs: read(theirs),
    };
  } catch (error) {
    // The decoder throws TypeError.
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

const MAX_SHOWN_LENGTH = 80;

function shorten(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 1)}…` : text;
}
