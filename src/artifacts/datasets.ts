/** `data/datasets.json`: which data a version was made of, by digest; the data lie elsewhere. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../version/errors.ts';
import { readColumn } from './data-table.ts';
import { checkJson } from './read.ts';

const counts = z.record(z.string(), z.int().min(0));

const dataFileSchema = z.object({
  path: z.string().min(1),
  role: z.enum(['train', 'dev', 'test']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  rows: z.int().min(0),
  labels: counts,
  languages: counts,
});

const datasetsSchema = z.object({
  datasets: z
    .array(
      z.object({
        name: z.string().min(1),
        language: z.string().min(1),
        source: z.string().min(1),
        license: z.string().min(1),
        files: z.array(dataFileSchema).min(1),
      }),
    )
    .min(1),
});

export type DataFile = z.infer<typeof dataFileSchema>;
export type Datasets = z.infer<typeof datasetsSchema>['datasets'];

/** @throws ModelError `unfit` where it is not what `data/datasets.json` must be. */
export function parseDatasets(json: unknown, origin = 'data/datasets.json'): Datasets {
  return checkJson(datasetsSchema, json, origin).datasets;
}

/**
 * Finds data files by their digest, wherever they lie below a folder and whatever their names.
 *
 * @returns the path of each file on this machine, by its path in `datasets.json`.
 * @throws ModelError `not-found`, naming each file whose bytes are not there.
 */
export async function findDataFiles(
  datasets: Datasets,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const wanted = datasets.flatMap(({ files }) => files);
  const sizes = new Set(wanted.map(({ bytes }) => bytes));
  const found = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const { size } = entry.isDirectory() ? { size: -1 } : await stat(path);
    if (sizes.has(size)) {
      found.set(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
        path,
      );
    }
  }
  const missing = wanted.filter(({ sha256 }) => !found.has(sha256));
  if (missing.length > 0) {
    const lines = missing.map(
      ({ path, bytes, sha256 }) => `${path} (${bytes} bytes, sha256 ${sha256})`,
    );
    throw new ModelError('not-found', `${folder} does not hold the data: ${lines.join(', ')}`);
  }
  return new Map(wanted.map(({ path, sha256 }) => [path, found.get(sha256) as string]));
}

/**
 * Holds what `datasets.json` says of a file against its bytes, which have the digest.
 *
 * @param bytes tab-separated, with a header that has a `label` column.
 * @returns what is not true, in words.
 */
export function checkDataFile(
  { path, rows, labels, languages }: DataFile,
  bytes: Buffer,
): string[] {
  const found: Record<string, number> = {};
  const rowLabels = readColumn(bytes, path, 'label');
  for (const label of rowLabels) {
    found[label] = (found[label] ?? 0) + 1;
  }
  const problems = [...new Set([...Object.keys(labels), ...Object.keys(found)])]
    .filter((label) => (labels[label] ?? 0) !== (found[label] ?? 0))
    .map(
      (label) =>
        `${path}: label ${label}: recorded ${labels[label] ?? 0} rows, found ${found[label] ?? 0}`,
    );
  if (rows !== rowLabels.length) {
    problems.push(`${path}: recorded ${rows} rows, found ${rowLabels.length}`);
  }
  const inLanguages = Object.values(languages).reduce((total, count) => total + count, 0);
  if (inLanguages !== rows) {
    problems.push(`${path}: recorded ${rows} rows, but ${inLanguages} by language`);
  }
  return problems;
}
