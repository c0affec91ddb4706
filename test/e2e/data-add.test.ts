import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/artifacts/digests.ts';
import { createRepository, PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

const ROWS =
  'label\ttext\n' +
  'positive\tWhat a wonderful day at the beach!\n' +
  'negative\tThe train is late again and nobody knows why.\n' +
  'positive\tThe new library is beautiful.\n';

function dataFile(content: string | Buffer, name = 'rows.tsv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

function add(folder: string, ...args: string[]): ReturnType<typeof runCommand> {
  return runCommand(['models', 'data', 'add', ...args, '--repository', folder], PLAIN_GIT);
}

test('models data add records digest, rows, labels and language', async () => {
  const { folder } = createRepository();
  const file = dataFile(ROWS);
  const { code, stdout, stderr } = await add(folder, 'reviews/train', file, '--json');
  expect(code).toBe(0);
  expect(stderr).toContain('source and license recorded as unknown: give --source and --license');
  const entry = {
    path: 'reviews/train.tsv',
    role: 'train',
    sha256: sha256(Buffer.from(ROWS)),
    bytes: Buffer.byteLength(ROWS),
    rows: 3,
    labels: { negative: 1, positive: 2 },
    languages: { en: 3 },
  };
  const dataset = { name: 'reviews', language: 'en', source: 'unknown', license: 'unknown' };
  expect(readJson(folder)).toEqual({ datasets: [{ ...dataset, files: [entry] }] });
  expect(JSON.parse(stdout)).toEqual({
    ...dataset,
    files: [entry],
    isLanguageIdentified: true,
    unknownLabels: [],
  });
});

test('models data add makes what models commit accepts', async () => {
  const repository = await createModelRepository();
  writeFileSync(join(repository.data, 'tiny/train.tsv'), ROWS);
  const added = await add(
    repository.folder,
    ...['tiny/train', join(repository.data, 'tiny/train.tsv'), '--license', 'CC0-1.0'],
  );
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toBe(
    'tiny/train.tsv  train, 3 rows, language en\n  labels: negative 1, positive 2\n',
  );
  repository.train();
  expect(await repository.commitVersion()).toMatchObject({ code: 0, stderr: '' });
});

test('models data add changes its entry only, and nothing the second time', async () => {
  const { folder } = createRepository();
  mkdirSync(join(folder, 'data'));
  const other =
    '{"name": "a", "language": "de", "source": "s", "license": "l", "files": [\n' +
    `  {"path": "a/dev.tsv", "role": "dev", "sha256": "${'0'.repeat(64)}", "bytes": 1e1,\n` +
    '   "rows": 1, "labels": {"x": 1}, "languages": {"de": 1}}]}';
  writeFileSync(join(folder, 'data/datasets.json'), `{"datasets": [${other}]}\n`);
  expect((await add(folder, 'b/dev', dataFile(ROWS))).code).toBe(0);
  const text = readFileSync(join(folder, 'data/datasets.json'), 'utf8');
  expect(text).toContain(other);
  const names = readJson(folder).datasets.map(({ name }) => name);
  expect(names).toEqual(['a', 'b']);
  await add(folder, 'b/dev', dataFile(ROWS));
  expect(readFileSync(join(folder, 'data/datasets.json'), 'utf8')).toBe(text);
  // The language of the set is that of its new files, too.
  await add(folder, 'a/train', dataFile(ROWS));
  expect(readJson(folder).datasets[0]?.files[1]).toMatchObject({ languages: { de: 3 } });
});

test('models data add counts the languages of a column, and names files of one split', async () => {
  const { folder } = createRepository();
  const mixed = dataFile('label\tlanguage\ttext\na\ten\tYes\na\tde\tJa\nb\tde\tNein\n', 'x.tsv');
  expect((await add(folder, 'mixed/train', mixed, dataFile(ROWS))).code).toBe(0);
  const [{ language, files }] = readJson(folder).datasets as [Dataset];
  expect(language).toBe('en');
  expect(files.map(({ path }) => path)).toEqual(['mixed/train/x.tsv', 'mixed/train/rows.tsv']);
  expect(files[0]).toMatchObject({ languages: { de: 2, en: 1 }, labels: { a: 2, b: 1 } });
});

test('models data add warns of a label that the model does not have', async () => {
  const { folder } = createRepository();
  writeFileSync(join(folder, 'config.json'), '{"id2label": {"0": "negative", "1": "postive"}}');
  const { code, stderr } = await add(
    folder,
    'a/dev',
    dataFile(ROWS),
    '--license',
    'l',
    '--source',
    's',
  );
  expect(code).toBe(0);
  expect(stderr).toBe(
    'tweet-sentiment: a/dev: config.json has no label positive: a typing error, or labels of the next training?\n',
  );
});

test('models data remove removes one data set, and leaves the others as they are', async () => {
  const { folder } = createRepository();
  const remove = (name: string) =>
    runCommand(['models', 'data', 'remove', name, '--repository', folder], PLAIN_GIT);
  await add(folder, 'a/train', dataFile(ROWS));
  const before = readFileSync(join(folder, 'data/datasets.json'), 'utf8');
  await add(folder, 'b/train', dataFile(ROWS));
  const other = await remove('c');
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('data/datasets.json: the data set: expected a or b, found c');
  expect(await remove('b')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(folder, 'data/datasets.json'), 'utf8')).toBe(before);
  await add(folder, 'd/dev', dataFile(ROWS));
  expect(await remove('a')).toMatchObject({ code: 0 });
  expect(readJson(folder).datasets.map(({ name }) => name)).toEqual(['d']);
  // The last one leaves a list to add to.
  expect(await remove('d')).toMatchObject({ code: 0 });
  expect((await add(folder, 'c/train', dataFile(ROWS))).code).toBe(0);
  expect(readJson(folder).datasets.map(({ name }) => name)).toEqual(['c']);
});

describe('models data add refuses', () => {
  const EXAMPLE = 'an example:\n  label\ttext\n  positive\tWhat a day!\n';
  const german = 'positive\tDas Wetter ist heute wirklich schön.\n';
  test.each<[string, string | Buffer, string]>([
    ['a table with commas', 'label,text\na,b\n', 'found the header "label,text"; an example:'],
    ['a table without header', 'positive\tfine\n', EXAMPLE],
    ['JSON lines', '{"text": "x"}\n', 'expected tab-separated lines after a header'],
    ['a table without rows', 'label\ttext\n', 'found no row after the header'],
    ['rows without label or text', 'label\ttext\n\tx\na\t\n', 'rows.tsv:2: the row has no label\n'],
    ['a short row', 'label\ttext\npositive\n', 'rows.tsv:2: the row has no text'],
    [
      'another encoding',
      Buffer.from('label\ttext\na\tsch\xf6n\n', 'latin1'),
      'expected text in UTF-8',
    ],
    ['a byte order mark', '\ufefflabel\ttext\na\tx\n', 'expected UTF-8 without a byte order mark'],
    [
      'several languages',
      ROWS + german.repeat(3),
      'expected one, found de, en; name it with --language',
    ],
    ['no language', 'label\ttext\na\t!!!\n', 'the language of the texts: expected one, found none'],
  ])('%s', async (_, content, message) => {
    const { folder } = createRepository();
    const { code, stdout, stderr } = await add(folder, 'x/train', dataFile(content));
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('datasets.json in another format, which has a page', async () => {
    const { folder } = createRepository();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/datasets.json'), '{"datasets": [{"name": "a"}]}');
    const { code, stderr } = await add(folder, 'x/train', dataFile(ROWS));
    expect(code).toBe(2);
    expect(stderr).toBe(
      'tweet-sentiment: data/datasets.json: datasets.0.language: expected text, found nothing among the keys "name"\n' +
        'data/datasets.json: datasets.0.source: expected text, found nothing among the keys "name"\n' +
        'data/datasets.json: datasets.0.license: expected text, found nothing among the keys "name"\n' +
        'data/datasets.json: datasets.0.files: expected an array, found nothing among the keys "name"\n' +
        '  data/datasets.json is described in docs/reference/datasets.schema.json\n',
    );
  });

  test('a name without a split', async () => {
    const { folder } = createRepository();
    for (const name of ['reviews', 'reviews/validation', '../train', 'a/../train']) {
      const { code, stderr } = await add(folder, name, dataFile(ROWS));
      expect({ code, name }).toEqual({ code: 2, name });
      expect(stderr).toContain('which begins with train, dev, test, such as reviews/train, found');
    }
  });
});

interface Dataset {
  readonly name: string;
  readonly language: string;
  readonly files: { readonly path: string }[];
}

function readJson(folder: string): { datasets: Dataset[] } {
  return JSON.parse(readFileSync(join(folder, 'data/datasets.json'), 'utf8'));
}

describe('at the same time', () => {
  test('each set is recorded', async () => {
    const { folder } = createRepository();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const results = await Promise.all(
      names.map((name) => add(folder, `${name}/train`, dataFile(ROWS))),
    );
    expect(results.map(({ code }) => code)).toEqual(names.map(() => 0));
    const { datasets } = readJson(folder) as { datasets: { name: string }[] };
    expect(datasets.map(({ name }) => name).sort()).toEqual(names);
    expect(readdirSync(join(folder, 'data'))).toEqual(['datasets.json']);
  });

  test('a process that was killed is named', async () => {
    const { folder } = createRepository();
    const lock = join(folder, '.git/tweet-sentiment-data-datasets.json.lock');
    writeFileSync(lock, '');
    const { code, stderr } = await add(folder, 'a/train', dataFile(ROWS));
    expect(code).not.toBe(0);
    expect(stderr).toContain(`it was killed: remove ${lock}`);
  });
});

test('a file with its columns in the wrong order is refused', async () => {
  const { folder } = createRepository();
  const rows = Array.from({ length: 1_001 }, (_, row) => `text ${row}\tpositive\n`);
  const { code, stderr } = await add(folder, 'a/train', dataFile(`label\ttext\n${rows.join('')}`));
  expect([code, existsSync(join(folder, 'data'))]).toEqual([expect.any(Number), false]);
  expect(stderr).toContain('expected at most 1000 different labels, found 1001: are the columns');
});
