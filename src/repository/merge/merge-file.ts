/** Merges one file of a version by its meaning. */
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { retrainingMark } from '../../artifacts/lineage.ts';
import { parseRequirements, readRequirements } from '../../artifacts/requirements.ts';
import { type SourceNode, wholeFile } from '../../artifacts/source-tree.ts';
import {
  isRequirementsFile,
  type MergeStrategy,
  mergeStrategyOf,
} from '../../artifacts/version-files.ts';
import { ModelError } from '../../version/errors.ts';
import { type HashAlgorithm, objectId } from '../../version/git-objects.ts';
import type { ConflictStyle } from './conflict-style.ts';
import { parseMergedBase } from './merged-base.ts';
import { type Conflict, mergeSources, type Sides } from './three-way.ts';

const PARSERS: Readonly<
  Record<Exclude<MergeStrategy, 'retrain' | 'lines'>, (text: string) => SourceNode>
> = {
  'json-keys': (text) => parseJsonSource(text),
  datasets: (text) =>
    parseJsonSource(text, { identifiers: { datasets: 'name', files: 'path' }, units: ['files'] }),
  packages: parseRequirements,
  'whole-file': wholeFile,
};

/** The bytes of one file in the common ancestor and in the two versions that are merged. */
export type FileSides = { readonly [Side in keyof Sides<Buffer>]: Buffer };

export interface MergedFile {
  readonly bytes: Buffer;
  /** A line for each conflict; empty for a clean merge. */
  readonly messages: readonly string[];
  /** Parses the result of git's merge of the lines, where that is right if it has no conflict. */
  readonly parseLines?: ((text: string) => SourceNode) | undefined;
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
  style: ConflictStyle,
): MergedFile | undefined {
  const strategy = mergeStrategyOf(path);
  switch (strategy) {
    case 'retrain':
      return mergeOutput(path, sides, algorithm);
    case 'lines':
      return undefined;
    default:
      return mergeParsed(path, sides, PARSERS[strategy], style);
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
  style: ConflictStyle,
): MergedFile | undefined {
  const nodes = parseSides(sides, parse);
  const merged = nodes && mergeSources(nodes.base, nodes.ours, nodes.theirs, style);
  return (
    merged && {
      bytes: Buffer.from(nodes.mark + merged.text),
      messages: merged.conflicts.map((conflict) => formatConflict(path, conflict)),
      parseLines: merged.conflicts.every(({ isOfLines }) => isOfLines) ? parse : undefined,
    }
  );
}

interface NodeSides extends Sides<SourceNode> {
  readonly ours: SourceNode;
  readonly theirs: SourceNode;
  /** The byte order mark at the start of the file, if it has one. */
  readonly mark: string;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** @returns undefined where a side is not in its format. */
function parseSides(
  { base, ours, theirs }: FileSides,
  parse: (text: string) => SourceNode,
): NodeSides | undefined {
  // `toString` would replace bytes that are not UTF-8. The decoder leaves out a byte order mark.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const hasMark = (bytes: Buffer): boolean => bytes.indexOf(BYTE_ORDER_MARK) === 0;
  const marked = hasMark(ours) === hasMark(base) ? theirs : ours;
  try {
    return {
      base: base.byteLength > 0 ? parseMergedBase(decoder.decode(base), parse) : undefined,
      ours: parse(decoder.decode(ours)),
      theirs: parse(decoder.decode(theirs)),
      mark: hasMark(marked) ? BYTE_ORDER_MARK : '',
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
  const where = key === '' ? '' : ` in ${key}`;
  const pin = isRequirementsFile(path) && commonPin(ours, theirs);
  if (pin) {
    return `${path}: conflict${where}: both sides have ${pin}, with other hashes`;
  }
  const absent = base === undefined ? 'none' : 'deleted';
  const side = (text: string | undefined): string =>
    text === undefined ? absent : shorten(text.replace(/(?:\\?\s)+/g, ' '));
  return `${path}: conflict${where}: base ${side(base)}, ours ${side(ours)}, theirs ${side(theirs)}`;
}

/** Such as `numpy==1.26.4`, where both sides require the same and only the hashes differ. */
function commonPin(ours = '', theirs = ''): string | undefined {
  const [left, right] = [ours, theirs].map((text) =>
    readRequirements(text).map(({ name, specifier }) => name + specifier),
  );
  return left?.[0] === right?.[0] ? left?.[0] : undefined;
}

const MAX_SHOWN_LENGTH = 80;

function shorten(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 1)}…` : text;
}
