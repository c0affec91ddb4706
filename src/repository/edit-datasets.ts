/** Changes the text of `data/datasets.json`, whose unchanged parts keep their format. */
import { findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser';
import type { DataFile, Datasets } from '../artifacts/datasets.ts';

export const DATASETS_PATH = 'data/datasets.json';

type Dataset = Datasets[number];

/**
 * Sets the properties of a data set, and the entries of its files by their path.
 *
 * @param before the text of `data/datasets.json`; undefined where there is no such file.
 * @returns the changed text.
 */
export function editDatasets(
  before: string | undefined,
  about: Omit<Dataset, 'files'>,
  files: readonly DataFile[],
): string {
  if (before === undefined) {
    return `${JSON.stringify({ datasets: [{ ...about, files }] }, null, 2)}\n`;
  }
  const datasets: readonly Dataset[] = JSON.parse(before).datasets;
  const at = datasets.findIndex(({ name }) => name === about.name);
  const known = datasets[at];
  if (!known) {
    return append(before, ['datasets'], { ...about, files });
  }
  let edited = before;
  for (const [key, value] of Object.entries(about)) {
    if (known[key as keyof typeof about] !== value) {
      edited = replace(edited, ['datasets', at, key], value);
    }
  }
  for (const file of files) {
    const index = known.files.findIndex(({ path }) => path === file.path);
    if (index < 0) {
      edited = append(edited, ['datasets', at, 'files'], file);
    } else if (JSON.stringify(known.files[index]) !== JSON.stringify(file)) {
      edited = replace(edited, ['datasets', at, 'files', index], file);
    }
  }
  return edited;
}

/** Removes a data set. @returns undefined where there is none of this name. */
export function removeDataset(text: string, name: string): string | undefined {
  const datasets: readonly Dataset[] = JSON.parse(text).datasets;
  const at = datasets.findIndex((dataset) => dataset.name === name);
  if (at < 0) {
    return undefined;
  }
  const all = nodeAt(text, ['datasets']).children as Node[];
  const [before, { offset, length }, after] = [all[at - 1], all[at] as Node, all[at + 1]];
  // With the comma before it or after it.
  const start = before ? before.offset + before.length : offset;
  const end = before ? offset + length : (after?.offset ?? offset + length);
  return text.slice(0, start) + text.slice(end);
}

// `modify` of jsonc-parser formats the neighbours of what it changes.
function replace(text: string, path: JSONPath, value: unknown): string {
  const { offset, length } = nodeAt(text, path);
  const json = format(value, indentAt(text, offset));
  return text.slice(0, offset) + json + text.slice(offset + length);
}

function append(text: string, path: JSONPath, value: unknown): string {
  const last = nodeAt(text, path).children?.at(-1);
  if (!last) {
    return replace(text, path, [value]);
  }
  const end = last.offset + last.length;
  const indent = indentAt(text, last.offset);
  return `${text.slice(0, end)},\n${indent}${format(value, indent)}${text.slice(end)}`;
}

function nodeAt(text: string, path: JSONPath): Node {
  return findNodeAtLocation(parseTree(text) as Node, path) as Node;
}

/** The white space at the start of the line of a position. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function format(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}
