import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchVersion } from '../../src/version/download-cache.ts';
import type { ModelError } from '../../src/version/errors.ts';
import { locateVersion } from '../../src/version/locate.ts';
import { openStore } from '../../src/version/stores/open.ts';
import type { RemoteStore } from '../../src/version/stores/store.ts';
import { readTag } from '../../src/version/tag.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { fakeClock, type ObjectServer, startObjectServer } from '../support/object-server.ts';

const MODEL = 'tweet-sentiment';
/** In git's order. */
const FILES = {
  'README.md': '# A model\n',
  'code/deep/er/data.py': 'pass\n',
  'code/train.py': 'print("train")\n',
  'empty.txt': '',
  'model.onnx': Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251)),
};

let bucket: string;
let sha: string;
let server: ObjectServer;
let cacheFolder: string;

beforeAll(async () => {
  bucket = temporaryFolder();
  const repository = createRepository({ lfs: ['model.onnx'] });
  sha = repository.commit(FILES);
  repository.layOut(sha, bucket);
  writeFileSync(join(bucket, MODEL, `${sha}.tag`), 'v1.0.0\n');
  writeFileSync(join(bucket, MODEL, 'PINNED'), `${sha}\n`);
  server = await startObjectServer(bucket);
});
afterAll(() => server.close());
beforeEach(() => {
  cacheFolder = temporaryFolder();
  server.requests.length = 0;
});

const location = () => `${server.url}/bucket`;
const open = (timeoutMs = 1000): RemoteStore =>
  openStore(location(), { timeoutMs, clock: fakeClock() }) as RemoteStore;

/** Fetches a version, and proves what the cache has afterwards. */
async function fetchAndProve(damages: ModelError[] = []): Promise<void> {
  // A busy machine may take more than a second for a response, which would be requested again.
  const wanted = { store: open(60_000), cacheFolder, model: MODEL, sha };
  const onDamaged = (damage: ModelError) => void damages.push(damage);
  const cache = await fetchVersion(wanted, { onDamaged });
  const files = await readVersion(cache, await openVersion(cache, MODEL, sha));
  expect([...files.keys()]).toEqual(Object.keys(FILES));
  for (const [path, bytes] of Object.entries(FILES)) {
    expect(files.get(path)?.equals(Buffer.from(bytes))).toBe(true);
  }
}

const keyOf = (path: string) => `${MODEL}/${sha}/${path}`;
const cached = (path = '') => join(cacheFolder, MODEL, sha, path);
const inCache = () =>
  existsSync(join(cacheFolder, MODEL)) ? readdirSync(join(cacheFolder, MODEL)) : [];

test('a version is downloaded once, commit.json first; later no network is needed', async () => {
  await fetchAndProve();
  expect(server.requests[0]).toBe(keyOf('commit.json'));
  // commit.json, the tag, and how it was published.
  expect(server.requests).toHaveLength(Object.keys(FILES).length + 3);
  expect(inCache().sort()).toEqual([sha, `${sha}.tag`]);
  server.requests.length = 0;
  await fetchAndProve();
  expect(server.requests).toEqual([]);
  expect(await readTag(openStore(cacheFolder), MODEL, sha)).toBe('v1.0.0');
});

test('progress counts bytes, from 0 to the total', async () => {
  const seen: [number, number][] = [];
  server.fault(keyOf('model.onnx'), [{ kind: 'break', after: 50_000 }]);
  await fetchVersion(
    { store: open(), cacheFolder, model: MODEL, sha },
    { onProgress: (...progress) => void seen.push(progress) },
  );
  const total = Object.values(FILES).reduce((sum, bytes) => sum + Buffer.byteLength(bytes), 0);
  expect(seen[0]).toEqual([0, total]);
  expect(seen.at(-1)).toEqual([total, total]);
  expect(seen.every(([done], index) => done >= (seen[index - 1]?.[0] ?? 0))).toBe(true);
});

test.each(Object.keys(FILES).filter((path) => path !== 'empty.txt'))(
  'a changed byte in %s is refused, named, and leaves nothing',
  async (path) => {
    server.fault(keyOf(path), [{ kind: 'flip' }]);
    await expect(fetchAndProve()).rejects.toMatchObject({
      code: 'not-proven',
      message: expect.stringContaining(`${path}: `),
    });
    expect(inCache()).toEqual([]);
    expect(server.requests.filter((key) => key === keyOf(path))).toHaveLength(1);
  },
);

test.each([...Object.keys(FILES), 'commit.json'])(
  'without %s in the store it is refused, and leaves nothing',
  async (path) => {
    server.fault(keyOf(path), [{ kind: 'status', status: 404, code: 'NoSuchKey' }]);
    await expect(fetchAndProve()).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(path),
    });
    expect(inCache()).toEqual([]);
  },
);

test('a store without the version is named in the error', async () => {
  const other = 'f'.repeat(40);
  const wanted = { store: open(), cacheFolder, model: MODEL, sha: other };
  await expect(fetchVersion(wanted)).rejects.toThrow(
    `${location()} holds no version ${other} of ${MODEL}`,
  );
});

describe('a resumed download with wrong bytes', () => {
  test('is repeated from the start', async () => {
    server.fault(keyOf('model.onnx'), [{ kind: 'break', after: 50_000 }, { kind: 'flip' }]);
    await fetchAndProve();
  });

  test('is repeated only once', async () => {
    server.fault(keyOf('model.onnx'), [
      { kind: 'break', after: 50_000 },
      { kind: 'flip' },
      { kind: 'break', after: 50_000 },
      { kind: 'flip' },
    ]);
    await expect(fetchAndProve()).rejects.toThrow('model.onnx: sha256: expected');
    expect(inCache()).toEqual([]);
  });
});

test.each<[string, () => void]>([
  ['a changed byte', () => writeFileSync(cached('README.md'), '# A medal\n')],
  ['a missing file', () => rmSync(cached('code/train.py'))],
  ['a missing commit.json', () => rmSync(cached('commit.json'))],
  ['a file too many', () => writeFileSync(cached('extra.txt'), '')],
  ['no file at all', () => rmSync(cached(), { recursive: true }) ?? mkdirSync(cached())],
  [
    'a file in its place',
    () => rmSync(cached(), { recursive: true }) ?? writeFileSync(cached(), ''),
  ],
])('a cache with %s is reported and repaired', async (_, spoil) => {
  await fetchAndProve();
  spoil();
  const damages: ModelError[] = [];
  await fetchAndProve(damages);
  expect(damages).toHaveLength(1);
  expect(inCache().sort()).toEqual([sha, `${sha}.tag`]);
});

test('a damaged version is kept until it can be replaced', async () => {
  await fetchAndProve();
  rmSync(cached('README.md'));
  server.fault(keyOf('commit.json'), [{ kind: 'status', status: 403, code: 'AccessDenied' }]);
  await expect(fetchAndProve()).rejects.toMatchObject({ code: 'access-denied' });
  expect(existsSync(cached('model.onnx'))).toBe(true);
});

test('concurrent fetches to an empty or damaged cache do not disturb each other', async () => {
  await Promise.all(Array.from({ length: 8 }, () => fetchAndProve()));
  writeFileSync(cached('README.md'), 'spoilt');
  await Promise.all(
    Array.from({ length: 8 }, () =>
      fetchVersion({ store: open(), cacheFolder, model: MODEL, sha }),
    ),
  );
  await fetchAndProve();
  expect(inCache().sort()).toEqual([sha, `${sha}.tag`]);
});

test('the staging directory of a killed process is removed, that of a running one is not', async () => {
  const left = join(cacheFolder, MODEL, '.staging-left');
  const living = join(cacheFolder, MODEL, '.staging-living');
  for (const folder of [left, living]) {
    mkdirSync(join(folder, sha), { recursive: true });
    writeFileSync(join(folder, sha, 'model.onnx'), 'half');
  }
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(left, hourAgo, hourAgo);
  await fetchAndProve();
  expect(existsSync(left)).toBe(false);
  expect(statSync(living).isDirectory()).toBe(true);
});

test('a cache that is not writable is named in the error', async () => {
  const file = join(cacheFolder, 'file');
  writeFileSync(file, '');
  cacheFolder = file;
  await expect(fetchAndProve()).rejects.toThrow(
    `the cache ${file} can't be written (MODEL_CACHE): ${file}/tweet-sentiment can't be reached: a part of its path is not a folder`,
  );
});

describe('which version is served', () => {
  const notices: [code: string, lastPinned: string][] = [];
  const locate = (commit?: string, openRemote: (timeoutMs: number) => RemoteStore = open) =>
    locateVersion({
      openRemote,
      timeoutMs: 1000,
      cacheFolder,
      model: MODEL,
      commit,
      onUnavailable: ({ code }, lastPinned) => void notices.push([code, lastPinned]),
    });
  beforeEach(() => void (notices.length = 0));
  const down = () => server.fault(`${MODEL}/PINNED`, [{ kind: 'status', status: 503 }], true);
  const up = () => server.fault(`${MODEL}/PINNED`, []);

  test('the version that the store pins', async () => {
    expect(await locate()).toMatchObject({ commit: sha, store: { location: cacheFolder } });
    expect(notices).toEqual([]);
  });

  test('the version that was pinned last, while the store can’t be reached', async () => {
    await locate();
    down();
    expect((await locate()).commit).toBe(sha);
    expect(notices).toEqual([['store-unavailable', sha]]);
    up();
  });

  test('none where the store refuses the request', async () => {
    await locate();
    server.fault(`${MODEL}/PINNED`, [{ kind: 'status', status: 403, code: 'AccessDenied' }]);
    await expect(locate()).rejects.toMatchObject({ code: 'access-denied' });
  });

  test('none that was pinned by another store', async () => {
    await locate();
    down();
    const other = (timeoutMs: number) =>
      openStore(location().replace('127.0.0.1', 'localhost'), {
        timeoutMs,
        clock: fakeClock(),
      }) as RemoteStore;
    await expect(locate(undefined, other)).rejects.toMatchObject({ code: 'store-unavailable' });
    up();
  });

  test('none where no version was ever pinned', async () => {
    down();
    await expect(locate()).rejects.toMatchObject({ code: 'store-unavailable' });
    up();
  });

  test('the requested version, without network where the cache has it', async () => {
    await locate(sha);
    server.requests.length = 0;
    expect((await locate(sha)).commit).toBe(sha);
    expect(server.requests).toEqual([]);
    expect(readFileSync(cached('README.md'), 'utf8')).toBe(FILES['README.md']);
  });
});
