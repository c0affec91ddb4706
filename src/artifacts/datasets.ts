/** `data/datasets.json`: the data of a version, by digest. The data themselves are stored elsewhere. */
import { z } from 'zod';

const rowsOf = (what: string): z.ZodType<Record<string, number>> =>
  z.record(z.string(), z.int().min(0)).describe(`Rows by ${what}.`);

/** What a file is for: weights are trained on `train`; scores are measured on the others. */
export const ROLES = ['train', 'dev', 'test'] as const;

const dataFileSchema = z.object({
  path: z
    .string()
    .min(1)
    .describe(
      'Path below the folder of the data, such as reviews/train.tsv; files are found by digest.',
    ),
  role: z.enum(ROLES).describe('Weights are trained on train; scores are measured on the others.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in lower-case hex')
    .describe('SHA-256 of the file, in lower-case hex.'),
  bytes: z.int().min(0).describe('Size of the file.'),
  rows: z.int().min(0).describe('Lines after the header.'),
  labels: rowsOf('label'),
  languages: rowsOf('language, an ISO 639 code'),
});

const datasetSchema = z.object({
  name: z.string().min(1).describe('Name of the data set, such as reviews.'),
  language: z.string().min(1).describe('ISO 639 code of its main language.'),
  source: z.string().min(1).describe('Where the data come from; unknown where nobody recorded it.'),
  license: z.string().min(1).describe('Terms of the data; unknown where nobody recorded them.'),
  files: z.array(dataFileSchema).min(1),
});

export const datasetsSchema = z
  .object({ datasets: z.array(datasetSchema).min(1) })
  .meta({
    title: 'data/datasets.json',
    description:
      'The data of a version, by digest; the data themselves are stored elsewhere. Each file is tab-separated, ' +
      'with a header that has the columns "label" and "text". `models data add` writes this file.',
  })
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
