/** `models data add`: records data files in `data/datasets.json`, by digest. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type LabelledTable, readLabelledTable } from '../artifacts/data-table.ts';
import { type DataFile, type Datasets, ROLES } from '../artifacts/datasets.ts';
import { sha256 } from '../artifacts/digests.ts';
import { withReference } from '../artifacts/json-schemas.ts';
import { parseArtifact } from '../artifacts/read.ts';
import { mismatch } from '../errors.ts';
import { createLanguageIdentifier, UNDETERMINED } from '../inference/language.ts';
import { ModelError } from '../version/errors.ts';
import { DATASETS_PATH, editDatasets, removeDataset } from './edit-datasets.ts';
import { editFile, readIfPresent } from './edit-file.ts';
import type { Repository } from './git.ts';

export interface AddDataOptions {
  /** `<data set>/<split>`, such as `reviews/train`; the split begins with its role. */
  readonly set: string;
  /** Tab-separated files with a header that has the columns `label` and `text`. */
  readonly files: readonly string[];
  /** ISO 639 code of all texts of the files; by default that of the data set, else it is identified. */
  readonly language?: string | undefined;
  /** Where the data come from; of a data set that has none yet, `unknown` by default. */
  readonly source?: string | undefined;
  /** As `source`. */
  readonly license?: string | undefined;
}

export interface AddedData {
  /** The name of the data set. */
  readonly name: string;
  readonly language: string;
  readonly source: string;
  readonly license: string;
  /** The entries of the files, as `data/datasets.json` has them. */
  readonly files: readonly DataFile[];
  /** False where the caller, the file or `data/datasets.json` names the language. */
  readonly isLanguageIdentified: boolean;
  /** Labels that `config.json` does not have; none where there is no such file yet. */
  readonly unknownLabels: readonly string[];
}

/**
 * Adds the entries of data files, or replaces them. The rest of `data/datasets.json` keeps its format.
 *
 * @throws ModelError `unfit` where a file is not a table of labelled texts, or the JSON files are wrong;
 * `bad-reference` where the name of the set is not one; the system's error where a file can't be read.
 */
export async function addData(
  repository: Repository,
  { set, files, language, source, license }: AddDataOptions,
): Promise<AddedData> {
  const { folder } = repository;
  const { name, role, pathOf } = parseSet(set, files);
  const known = findDataset(await readIfPresent(join(folder, DATASETS_PATH)), name);
  const tables = await Promise.all(files.map(readTable));
  const declared = language ?? known?.language ?? (await identifyLanguage(set, tables));
  const entries = tables.map(({ file, bytes, rows }): DataFile => {
    const languages = rows.languages ?? rows.texts.map(() => declared);
    return {
      path: pathOf(file),
      role,
      sha256: sha256(bytes),
      bytes: bytes.byteLength,
      rows: rows.texts.length,
      labels: countEach(rows.labels),
      languages: countEach(languages),
    };
  });
  let dataset = { name, language: declared, source: 'unknown', license: 'unknown' };
  await editFile(repository, DATASETS_PATH, (text) => {
    // Read again: another process may have added the set meanwhile.
    const present = findDataset(text, name);
    dataset = {
      ...dataset,
      source: source ?? present?.source ?? 'unknown',
      license: license ?? present?.license ?? 'unknown',
    };
    const edited = editDatasets(text, dataset, entries);
    parseArtifact(DATASETS_PATH, edited);
    return edited;
  });
  const labels = new Set(entries.flatMap((entry) => Object.keys(entry.labels)));
  return {
    ...dataset,
    files: entries,
    isLanguageIdentified:
      (language ?? known) === undefined && tables.some(({ rows }) => !rows.languages),
    unknownLabels: await unknownLabels(folder, labels),
  };
}

/**
 * Removes a data set from `data/datasets.json`; its files stay.
 *
 * @throws ModelError `not-found` where there is no such data set.
 */
export async function removeData(repository: Repository, name: string): Promise<void> {
  await editFile(repository, DATASETS_PATH, (text = '{"datasets": []}') => {
    const names = readDatasets(text).map((dataset) => dataset.name);
    const edited = removeDataset(text, name);
    if (edited === undefined) {
      throw new ModelError(
        'not-found',
        mismatch(`${DATASETS_PATH}: the data set`, names.join(' or ') || 'none', name),
      );
    }
    return edited;
  });
}

interface DataSet {
  readonly name: string;
  readonly role: DataFile['role'];
  /** The path that `datasets.json` gives a file: the name of the set, and that of the file if there are several. */
  readonly pathOf: (file: string) => string;
}

function parseSet(set: string, files: readonly string[]): DataSet {
  const [, name = '', split = ''] = /^(\w[\w.-]*(?:\/\w[\w.-]*)*)\/(\w[\w.-]*)$/.exec(set) ?? [];
  const role = ROLES.find((each) => split.startsWith(each));
  if (role === undefined) {
    const expected = `a data set and its split, which begins with ${ROLES.join(', ')}, such as reviews/train`;
    throw new ModelError('bad-reference', mismatch('the name of the set', expected, set));
  }
  if (files.length === 1) {
    return { name, role, pathOf: () => `${set}.tsv` };
  }
  const names = files.map((file) => basename(file));
  if (new Set(names).size < names.length) {
    throw new ModelError(
      'bad-reference',
      `${set}: two files have the same name: rename one of them`,
    );
  }
  return { name, role, pathOf: (file) => `${set}/${basename(file)}` };
}

interface Table {
  readonly file: string;
  readonly bytes: Buffer;
  readonly rows: LabelledTable;
}

async function readTable(file: string): Promise<Table> {
  const bytes = await readFile(file);
  return { file, bytes, rows: readLabelledTable(bytes, file) };
}

/** An empty list is not a version's, but a start. */
function readDatasets(text: string): Datasets {
  return /^\s*\{\s*"datasets"\s*:\s*\[\s*\]\s*\}\s*$/.test(text)
    ? []
    : withReference(DATASETS_PATH, () => parseArtifact(DATASETS_PATH, text));
}

function findDataset(text: string | undefined, name: string): Datasets[number] | undefined {
  const datasets = text === undefined ? [] : readDatasets(text);
  return datasets.find((dataset) => dataset.name === name);
}

/** The minimum share of one language among the texts whose language is determined. */
const MIN_SHARE = 0.8;

/**
 * The language of most texts of the files without a column for it, else that of most rows.
 *
 * @throws ModelError `unfit` where these texts are in several languages, or in none.
 */
async function identifyLanguage(set: string, tables: readonly Table[]): Promise<string> {
  const texts = tables.flatMap(({ rows }) => (rows.languages ? [] : rows.texts));
  if (texts.length === 0) {
    const [first = ''] = byFrequency(tables.flatMap(({ rows }) => rows.languages ?? []));
    return first;
  }
  const identify = await createLanguageIdentifier();
  const found = texts
    .map((text) => identify(text).language)
    .filter((language) => language !== UNDETERMINED);
  const languages = byFrequency(found);
  const [first] = languages;
  const count = found.filter((language) => language === first).length;
  if (first === undefined || count / found.length < MIN_SHARE) {
    throw new ModelError(
      'unfit',
      `${mismatch(`${set}: the language of the texts`, 'one', languages.slice(0, 3).join(', ') || 'none')}; ` +
        'name it with --language <code>, such as en, or give the file a "language" column',
    );
  }
  return first;
}

/** The different values, the most frequent first. */
function byFrequency(values: readonly string[]): string[] {
  return Object.entries(countEach(values))
    .sort(([, a], [, b]) => b - a)
    .map(([value]) => value);
}

async function unknownLabels(folder: string, labels: ReadonlySet<string>): Promise<string[]> {
  const config = await readIfPresent(join(folder, 'config.json'));
  if (config === undefined) {
    return [];
  }
  const known = Object.values(
    withReference('config.json', () => parseArtifact('config.json', config)).id2label,
  );
  return [...labels].filter((label) => !known.includes(label));
}

/** How often each value occurs, in the order of the values. */
function countEach(values: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
