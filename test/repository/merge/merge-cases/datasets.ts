/** Data sets by name, their files by path. */
import { clean, conflicting, DATASETS, type MergeCase, text } from './merge-case.ts';

type Dataset = readonly [name: string, files: Readonly<Record<string, number>>];

/** As `datasets.json` is written, of which only paths and rows are here. */
const datasets = (...all: Dataset[]): string => {
  const list = all.map(([name, files]) => ({
    name,
    files: Object.entries(files).map(([path, rows]) => ({ path, rows })),
  }));
  return `${JSON.stringify({ datasets: list }, null, 2)}\n`;
};

const fileLines = (path: string, rows: number | undefined): string =>
  rows === undefined
    ? ''
    : text(`        {`, `          "path": "${path}",`, `          "rows": ${rows}`, '        },');

const conflictOfFile = (
  path: string,
  ours: number,
  base: number | undefined,
  theirs: number,
): string =>
  [
    '<<<<<<< ours\n',
    fileLines(path, ours),
    '||||||| base\n',
    fileLines(path, base),
    '=======\n',
    fileLines(path, theirs),
    '>>>>>>> theirs\n',
  ].join('');

const EN: Dataset = ['en', { 'en/train.tsv': 10, 'en/dev.tsv': 2 }];

export const DATASET_CASES: readonly MergeCase[] = [
  clean(DATASETS, 'a data set added on each side', [
    datasets(EN),
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(EN, ['fr', { 'fr/train.tsv': 6 }]),
    datasets(EN, ['de', { 'de/train.tsv': 5 }], ['fr', { 'fr/train.tsv': 6 }]),
  ]),
  clean(DATASETS, 'a file added to a data set by one, another changed by the other', [
    datasets(EN),
    datasets(['en', { 'en/train.tsv': 10, 'en/dev.tsv': 2, 'en/test.tsv': 3 }]),
    datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2 }]),
    datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2, 'en/test.tsv': 3 }]),
  ]),
  conflicting(
    DATASETS,
    'one file changed differently: one conflict, since its digest and its rows belong together',
    [
      datasets(EN),
      datasets(['en', { 'en/train.tsv': 11, 'en/dev.tsv': 2 }]),
      datasets(['en', { 'en/train.tsv': 12, 'en/dev.tsv': 2 }]),
      datasets(EN).replace(
        fileLines('en/train.tsv', 10),
        conflictOfFile('en/train.tsv', 11, 10, 12),
      ),
    ],
    'conflict in datasets.en.files.en/train.tsv: base { "path": "en/train.tsv", "rows": 10 }, ' +
      'ours { "path": "en/train.tsv", "rows": 11 }, theirs { "path": "en/train.tsv", "rows": 12 }',
  ),
  clean(DATASETS, 'a data set removed by ours, another changed by theirs', [
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(['de', { 'de/train.tsv': 5 }]),
    datasets(EN, ['de', { 'de/train.tsv': 6 }]),
    datasets(['de', { 'de/train.tsv': 6 }]),
  ]),
  conflicting(
    DATASETS,
    'a file removed by ours, changed by theirs',
    [
      datasets(EN),
      datasets(['en', { 'en/train.tsv': 10 }]),
      datasets(['en', { 'en/train.tsv': 10, 'en/dev.tsv': 3 }]),
      datasets(EN).replace(
        /(?<=\}),\n {8}\{\n.*dev.*\n.*\n {8}\}\n/m,
        text(
          '',
          '<<<<<<< ours',
          '||||||| base',
          '        , {',
          '          "path": "en/dev.tsv",',
          '          "rows": 2',
          '        }',
          '=======',
          '        , {',
          '          "path": "en/dev.tsv",',
          '          "rows": 3',
          '        }',
          '>>>>>>> theirs',
        ),
      ),
    ],
    'conflict in datasets.en.files.en/dev.tsv: base { "path": "en/dev.tsv", "rows": 2 }, ' +
      'ours deleted, theirs { "path": "en/dev.tsv", "rows": 3 }',
  ),
  clean(DATASETS, 'data sets in another order are no change', [
    datasets(EN, ['de', { 'de/train.tsv': 5 }]),
    datasets(['de', { 'de/train.tsv': 5 }], EN),
    datasets(EN, ['de', { 'de/train.tsv': 6 }]),
    datasets(['de', { 'de/train.tsv': 6 }], EN),
  ]),
  conflicting(
    DATASETS,
    'the same data set added with different files in one place',
    [
      datasets(EN),
      datasets(EN, ['de', { 'de/train.tsv': 5 }]),
      datasets(EN, ['de', { 'de/train.tsv': 6, 'de/dev.tsv': 1 }]),
      datasets(EN, ['de', { 'de/train.tsv': 5, 'de/dev.tsv': 1 }]).replace(
        fileLines('de/train.tsv', 5),
        conflictOfFile('de/train.tsv', 5, undefined, 6),
      ),
    ],
    'conflict in datasets.de.files.de/train.tsv: base none, ' +
      'ours { "path": "de/train.tsv", "rows": 5 }, theirs { "path": "de/train.tsv", "rows": 6 }',
  ),
];
