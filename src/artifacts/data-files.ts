/** The data files that `data/datasets.json` names: found by digest, and compared with what it records. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeSystemError, isSystemError } from '../errors.ts';
import { shownPath } from '../folders.ts';
import { ModelError } from '../version/errors.ts';
import { readColumn } from './data-table.ts';
import type { DataFile, Datasets } from './datasets.ts';

/**
 * Finds data files by their digest, anywhere below a folder, whatever their names.
 *
 * @returns the path of each file on this machine, by its path in `datasets.json`.
 * @throws ModelError `not-found`, naming each file that no file of the folder has the digest of.
 */
export async function findDataFiles(
  datasets: Datasets,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = datasets.flatMap(({ files }) => files);
  const sizes = new Set(wanted.map(({ bytes }) => bytes));
  const pathByDigest = new Map<string, string>();
  for (const path of await listFiles(folder)) {
    if (sizes.has((await stat(path)).size)) {
      pathByDigest.set(sha256(await readFile(path)), path);
    }
  }
  const missing = wanted.filter(({ sha256: digest }) => !pathByDigest.has(digest));
  if (missing.length > 0) {
    const lines = missing.map(
      (file) => `\n  ${file.path} (${file.bytes} bytes, sha256 ${file.sha256})`,
    );
    throw new ModelError(
      'not-found',
      `${shownPath(folder)} does not hold the data:${lines.join('')}`,
      {
        data: { folder, missing: missing.map(({ path }) => path) },
      },
    );
  }
  return new Map(wanted.map((file) => [file.path, pathByDigest.get(file.sha256) as string]));
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw isSystemError(cause)
        ? new ModelError(
            'not-found',
            `${describeSystemError(cause)}: expected the folder with the data`,
            { cause, data: { folder } },
          )
        : cause;
    },
  );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Compares the counts that `datasets.json` records of a file with its rows.
 *
 * @param bytes tab-separated, with a header that has a `label` column.
 * @returns one message for each count that differs.
 */
export function checkDataFile(
  { path, rows, labels, languages }: DataFile,
  bytes: Buffer,
): string[] {
  const rowLabels = readColumn(bytes, path, 'label');
  const found = countEach(rowLabels);
  const problems = [...new Set([...Object.keys(labels), ...found.keys()])]
    .filter((label) => (labels[label] ?? 0) !== (found.get(label) ?? 0))
    .map(
      (label) =>
        `${path}: label ${label}: recorded ${labels[label] ?? 0} rows, ` +
        `found ${found.get(label) ?? 0}`,
    );
  if (rows !== rowLabels.length) {
    problems.push(`${path}: recorded ${rows} rows, found ${rowLabels.length}`);
  }
  const rowsByLanguage = Object.values(languages).reduce((total, count) => total + count, 0);
  if (rowsByLanguage !== rows) {
    problems.push(`${path}: recorded ${rows} rows, but ${rowsByLanguage} by language`);
  }
  return problems;
}

function countEach(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
