/** `data/datasets.json`: the data of a version, by digest. The data themselves are stored elsewhere. */
import { z } from 'zod';

const counts = z.record(z.string(), z.int().min(0));

const dataFileSchema = z.object({
  path: z.string().min(1),
  role: z.enum(['train', 'dev', 'test']),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex'),
  bytes: z.int().min(0),
  rows: z.int().min(0),
  labels: counts,
  languages: counts,
});

const datasetSchema = z.object({
  name: z.string().min(1),
  language: z.string().min(1),
  source: z.string().min(1),
  license: z.string().min(1),
  files: z.array(dataFileSchema).min(1),
});

export const datasetsSchema = z
  .object({ datasets: z.array(datasetSchema).min(1) })
  .transform(({ datasets }) => datasets);

export type DataFile = z.infer<typeof dataFileSchema>;
export type Datasets = z.infer<typeof datasetsSchema>;

/** The path, in `datasets.json`, of the data that a score in `metrics.json` was measured on. */
export function dataFileOf(name: string): string {
  return `${name}.tsv`;
}

/** The language of the data set that a score was measured on. @param name in `metrics.json`. */
export function languageOf(name: string, datasets: Datasets): string | undefined {
  const path = dataFileOf(name);
  return datasets.find(({ files }) => files.some((file) => file.path === path))?.language;
}
