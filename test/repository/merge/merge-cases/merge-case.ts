/** Merges whose outcome is known: what a person who reads both changes would write. */
import {
  type ConflictStyle,
  DEFAULT_STYLE,
} from '../../../../src/repository/merge/conflict-style.ts';

export interface MergeCase {
  readonly name: string;
  readonly path: string;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** The text of the merged file. */
  readonly result: string;
  /** What is reported of each conflict, after the file's name; none for a clean merge. */
  readonly conflicts: readonly string[];
}

/** As with `merge.conflictStyle=diff3`. */
export const WITH_BASE: ConflictStyle = { ...DEFAULT_STYLE, showsBase: true };

export const HYPERPARAMETERS = 'hyperparameters.json';
export const REQUIREMENTS = 'environment/requirements.txt';
export const DATASETS = 'data/datasets.json';

/** Lines of one JSON object. */
export const json = (...lines: string[]): string =>
  `{\n${lines.map((l) => `  ${l}`).join('\n')}\n}\n`;

/** Lines of a file. */
export const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

type Texts = readonly [base: string, ours: string, theirs: string, result: string];

export function clean(path: string, name: string, [base, ours, theirs, result]: Texts): MergeCase {
  return { name, path, base, ours, theirs, result, conflicts: [] };
}

export function conflicting(
  path: string,
  name: string,
  texts: Texts,
  ...conflicts: string[]
): MergeCase {
  return { ...clean(path, name, texts), conflicts };
}

/** A conflict between lines of JSON; `''` for a side without the key. */
export function marked(ours: string, base: string, theirs: string, indent = '  '): string[] {
  const side = (line: string): string[] => (line === '' ? [] : [`${indent}${line}`]);
  return [
    '<<<<<<< ours',
    ...side(ours),
    '||||||| base',
    ...side(base),
    '=======',
    ...side(theirs),
    '>>>>>>> theirs',
  ];
}

/** The lines of a JSON object that has conflicts among them: those are not indented further. */
export const withConflict = (...lines: (string | string[])[]): string =>
  text('{', ...lines.flatMap((line) => (typeof line === 'string' ? [`  ${line}`] : line)), '}');
