import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { digestModel, trainingRecord } from '../../../src/artifacts/digests.ts';
import { retrainingMark } from '../../../src/artifacts/lineage.ts';
import { openRepository } from '../../../src/repository/git.ts';
import { readLeaderboard } from '../../../src/repository/leaderboard/leaderboard.ts';
import { storeLfsObject } from '../../../src/repository/lfs.ts';
import { pinAlias } from '../../../src/version/pins.ts';
import { publishVersion } from '../../../src/version/publish.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import { openStore } from '../../../src/version/stores/open.ts';
import type { Store } from '../../../src/version/stores/store.ts';
import { createRepository, type Repository, temporaryFolder } from '../../support/git-version.ts';
import { BUNDLE, HISTORY, NAMED } from '../../support/history.ts';
import { startObjectServer } from '../../support/object-server.ts';
import { MODEL, PINNED, SHIPPED } from '../../support/pinned.ts';
import { ROOT } from '../../support/server.ts';

const STORE = createFolderStore(join(ROOT, 'models'));

async function board(
  store: Store,
  repository?: string,
  { all = false }: { readonly all?: boolean } = {},
) {
  const opened = repository === undefined ? undefined : await openRepository(repository);
  try {
    return await readLeaderboard({ store, model: MODEL, repository: opened, all });
  } finally {
    await opened?.close();
  }
}

describe('the shipped versions', () => {
  test('of the bundle and the store: each once, with what decides which one to use', async () => {
    const { versions, aliases, isComplete } = await board(STORE, BUNDLE);
    expect(versions.map(({ commit }) => commit).sort()).toEqual(NAMED.toSorted());
    expect([aliases, isComplete]).toEqual([[{ alias: 'production', commit: PINNED }], true]);
    const found = versions.find(({ tag }) => tag === 'v2.0.0');
    expect(found).toMatchObject({
      ...{
        author: 'tweet-sentiment maintainers',
        pinned: false,
        aliases: [],
        trained: 'not-proven',
      },
      ...{ primary: 'macro_recall', latencyMs: null, forced: null },
      scores: { 'semeval-en/dev': 0.7434, 'umsab-de/dev': 0.7685 },
      languages: { 'semeval-en/dev': 'en', 'umsab-de/dev': 'de' },
    });
    expect(Object.keys(found?.scores ?? {})).toHaveLength(9);
    const pinned = versions.find((version) => version.pinned);
    expect(pinned).toMatchObject({
      commit: PINNED,
      aliases: ['production'],
      storedIn: ['store'],
      modelBytes: statSync(join(ROOT, 'models', MODEL, PINNED, 'model.onnx')).size,
    });
    // Of others, the bundle has the pointer only.
    const tagged = versions.find(({ tag }) => tag === 'v0.1.0');
    expect(tagged).toMatchObject({ storedIn: [], branches: ['main'] });
  });

  test('a version of the store that can not be read is named, and the others are listed', async () => {
    const folder = temporaryFolder();
    cpSync(join(ROOT, 'models'), folder, { recursive: true });
    const broken = '1'.repeat(40);
    mkdirSync(join(folder, MODEL, broken));
    writeFileSync(join(folder, MODEL, broken, 'commit.json'), '{broken');
    const { versions, notes } = await board(createFolderStore(folder));
    expect(versions.map(({ commit }) => commit).sort()).toEqual(SHIPPED.toSorted());
    expect(notes).toEqual([
      expect.stringMatching(`^${broken} of ${folder} can't be listed: commit.json is not JSON`),
    ]);
  });

  test('of the store alone: the same facts as from the bundle', async () => {
    const fromStore = (await board(STORE)).versions;
    const fromBundle = (await board(STORE, BUNDLE)).versions;
    expect(fromStore.map(({ commit }) => commit).sort()).toEqual(SHIPPED.toSorted());
    for (const version of fromStore) {
      const same = fromBundle.find(({ commit }) => commit === version.commit);
      expect({ ...version, branches: same?.branches }).toEqual(same);
    }
  });

  test('with `all`: those of the history, too', async () => {
    const { versions } = await board(STORE, BUNDLE, { all: true });
    expect(versions.map(({ commit }) => commit).sort()).toEqual(HISTORY.toSorted());
  });
});

describe('versions of a repository', () => {
  let repository: Repository;
  let folder: string;
  let store: ReturnType<typeof createFolderStore>;
  beforeEach(() => {
    repository = createRepository({ lfs: ['model.onnx'] });
    folder = temporaryFolder();
    store = createFolderStore(folder);
  });

  const SCORES = { macro_recall: 0.5, macro_f1: 0.4, accuracy: 0.6, labels: {} };
  /** @param change of the files after the training. */
  function trained(
    change: Readonly<Record<string, string>> = {},
    isRecorded = true,
  ): Record<string, Buffer> {
    const files = new Map<string, Buffer>(
      Object.entries({
        'code/train.py': 'print(1)\n',
        'hyperparameters.json': '{"epochs": 1}',
        'model.onnx': 'weights',
        'tokenizer.json': '{}',
        'config.json': '{}',
        'golden.json': '{}',
      }).map(([path, content]) => [path, Buffer.from(content)]),
    );
    const profile = { texts: 1, features: {}, model: digestModel(files) };
    const metrics = {
      primary: 'macro_recall',
      datasets: { 'tiny/dev': { rows: 1, fp32: SCORES } },
      ...(isRecorded ? { trained_from: trainingRecord(files) } : {}),
    };
    files.set('profile.json', Buffer.from(JSON.stringify(profile)));
    files.set('metrics.json', Buffer.from(JSON.stringify(metrics)));
    for (const [path, content] of Object.entries(change)) {
      files.set(path, Buffer.from(content));
    }
    return Object.fromEntries(files);
  }
  const list = async () => (await board(store, repository.folder)).versions;

  test.each<[string, Record<string, Buffer>, string]>([
    ['as recorded', trained(), 'proven'],
    ['without a record', trained({}, false), 'not-proven'],
    ['with other code', trained({ 'code/train.py': 'print(2)\n' }), 'to-be-retrained'],
    ['with other weights', trained({ 'model.onnx': 'weights of a branch' }), 'to-be-retrained'],
    ['with documentation', trained({ 'README.md': '# 2' }), 'proven'],
    [
      'with a mark of a merge',
      trained({
        'golden.json': retrainingMark('golden.json', { base: 'a', ours: 'b', theirs: 'c' }),
      }),
      'to-be-retrained',
    ],
    ['with metrics that are no JSON', trained({ 'metrics.json': '{' }), 'to-be-retrained'],
  ])('%s: the same in the repository and in a store', async (_, files, expected) => {
    const commit = repository.commit(files);
    expect(await list()).toMatchObject([{ commit, trained: expected }]);
    repository.layOut(commit, folder);
    expect((await board(store)).versions).toMatchObject([{ commit, trained: expected }]);
  });

  test('of a store at the other end of a network: scores, but not all files', async () => {
    const commit = repository.commit(trained());
    repository.layOut(commit, folder);
    const server = await startObjectServer(folder);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: server.url,
      ...{ AWS_REGION: 'x', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
    });
    const { versions } = await board(openStore('s3://bucket'));
    expect(versions).toMatchObject([
      { commit, trained: null, scores: { 'tiny/dev': 0.5 }, storedIn: ['store'], modelBytes: 7 },
    ]);
    expect(server.requests.filter((key) => key.endsWith('model.onnx'))).toEqual([]);
    await server.close();
  });

  test('a version of which publishing was interrupted is not listed, the others are', async () => {
    const complete = repository.commit(trained());
    const interrupted = repository.commit(trained({ 'README.md': '# 2' }));
    repository.layOut(complete, folder);
    rmSync(join(repository.layOut(interrupted, folder), 'commit.json'));
    expect((await board(store)).versions.map(({ commit }) => commit)).toEqual([complete]);
  });

  test('where the weights are, what is pinned, and how it was published', async () => {
    const commit = repository.commit(trained());
    expect(await list()).toMatchObject([{ storedIn: [], aliases: [] }]);
    const { lfsFolder } = await openRepository(repository.folder);
    await storeLfsObject(lfsFolder, Buffer.from('weights'));
    expect(await list()).toMatchObject([{ storedIn: ['repository'] }]);
    const laidOut = temporaryFolder();
    repository.layOut(commit, laidOut);
    const publication = {
      ...{ time: '2026-01-31T12:00:00.000Z', by: 'A U Thor', latencyMs: 2.5, cpu: 'a CPU' },
      forced: 'to be retrained',
    };
    await publishVersion(createFolderStore(laidOut), store, MODEL, commit, {
      ...{ tag: 'v1', publication },
    });
    await pinAlias({ store, model: MODEL, alias: 'staging' }, { to: commit, by: 'x' });
    expect(await list()).toMatchObject([
      {
        ...{ tag: 'v1', storedIn: ['store', 'repository'], pinned: false, aliases: ['staging'] },
        ...{ latencyMs: 2.5, forced: 'to be retrained' },
      },
    ]);
    // The record is that of the publication which made the version complete.
    await publishVersion(createFolderStore(laidOut), store, MODEL, commit, {
      publication: { ...publication, latencyMs: 9 },
    });
    expect(await list()).toMatchObject([{ latencyMs: 2.5 }]);
  });

  test('commits that are no versions, submodules and deep folders', async () => {
    repository.commit({ 'README.md': '# 1' });
    repository.git('tag', 'none');
    const commit = repository.commit({ ...trained(), 'code/a/b/c.py': Buffer.from('1') });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},module`);
    repository.git('commit', '-q', '-m', 'a submodule');
    expect((await list()).map(({ subject }) => subject)).toEqual(['a submodule']);
    expect(await list()).toMatchObject([{ trained: 'to-be-retrained' }]);
  });

  test('a repository with SHA-256 ids', async () => {
    repository = createRepository({ objectFormat: 'sha256', lfs: ['model.onnx'] });
    const commit = repository.commit(trained());
    expect(commit).toHaveLength(64);
    expect(await list()).toMatchObject([{ commit, trained: 'proven' }]);
  });
});

test('a store that can not be listed needs a repository', async () => {
  const web: Store = { location: 'https://host', read: STORE.read };
  await expect(board(web)).rejects.toThrow(/can't be listed/);
  expect((await board(web, BUNDLE)).versions).toHaveLength(NAMED.length);
  const empty = temporaryFolder();
  mkdirSync(join(empty, MODEL));
  writeFileSync(join(empty, MODEL, 'README'), '');
  expect((await board(createFolderStore(empty))).versions).toEqual([]);
});
