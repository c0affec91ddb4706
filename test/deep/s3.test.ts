/**
 * Publishing to a real S3 server and serving from it, with everything that can go wrong on the way.
 * KILLS sets how many runs of `publish` and `fetch` are killed at a random point.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchVersion } from '../../src/version/download-cache.ts';
import { publishVersion } from '../../src/version/publish.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { openStore } from '../../src/version/stores/open.ts';
import type { RemoteStore, Store, WritableStore } from '../../src/version/stores/store.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { poll } from '../../tools/launch.mjs';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { MODEL, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { haveS3Server, type S3Server, startS3Server } from '../support/s3-server.ts';
import { ROOT, runCommand, startCommand, startServer, sum } from '../support/server.ts';

const BUCKET = 'models';
const KILLS = Number(process.env.KILLS || 40);

/** A version of 20 MB in files of several sizes, so that kills find it under way. */
const FILES: Record<string, Buffer> = Object.fromEntries(
  [0, 100, 1e5, 2e5, 1e6, 1e6, 2e6, 3e6, 4e6, 8e6].map((size, index) => [
    `data/${index}.bin`,
    Buffer.from(new Uint8Array(size).map((_, at) => (at * 31 + index) % 253)),
  ]),
);

describe.skipIf(!haveS3Server)('a store on S3', () => {
  let server: S3Server;
  let source: string;
  let sha: string;
  let prefix = 0;
  let location: string;
  let cacheFolder: string;

  beforeAll(async () => {
    server = await startS3Server(BUCKET);
    Object.assign(process.env, server.env);
    source = temporaryFolder();
    const repository = createRepository({ lfs: Object.keys(FILES).slice(5) });
    sha = repository.commit(FILES);
    repository.layOut(sha, source);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    location = `s3://${BUCKET}/p${++prefix}`;
    cacheFolder = temporaryFolder();
  });

  const store = () => openStore(location) as RemoteStore & WritableStore;
  const env = () => ({
    ...server.env,
    MODEL_STORE: location,
    MODEL_CACHE: cacheFolder,
    MODEL_FETCH_TIMEOUT_MS: '3000',
  });
  /** For runs beside which much else goes on. */
  const patient = () => ({ ...env(), MODEL_FETCH_TIMEOUT_MS: '60000' });
  const prove = async (from: Store) => readVersion(from, await openVersion(from, MODEL, sha));
  const publish = (to: WritableStore = store()) =>
    publishVersion(createFolderStore(source), to, MODEL, sha);
  const fetchIt = () => fetchVersion({ store: store(), cacheFolder, model: MODEL, sha });
  /** An object's file. */
  const objectPath = (path: string) => join(server.folder, `p${prefix}`, MODEL, sha, path);

  const publishArgs = () => ['models', 'publish', sha, '--from', source];
  const fetchArgs = () => ['models', 'fetch', sha];

  describe('with the shipped version', () => {
    const pinned = () => env();
    beforeEach(async () => {
      const from = createFolderStore(join(ROOT, 'models'));
      await publishVersion(from, store(), MODEL, PINNED, { tag: PINNED_TAG });
      await store().create(`${MODEL}/PINNED`, Buffer.from(`${PINNED}\n`));
    });

    async function expectServing(): Promise<string[]> {
      const running = await startServer(pinned());
      const response = await running.predict({ inputs: 'I love it' });
      expect(await response.json()).toMatchObject({
        model: { commit: PINNED },
        predictions: [{ label: 'positive' }],
      });
      const labels = `commit="${PINNED}",version="${PINNED_TAG}"`;
      expect(sum(await running.metrics(), 'classifier_model_info', labels)).toBe(1);
      await running.stop();
      return running.lines.map(({ event }) => event);
    }

    test('what is published is served; from the cache too, while S3 is down', async () => {
      expect(await expectServing()).toContain('fetching');
      await server.stop();
      try {
        expect(await expectServing()).toContain('store_unavailable');
        const { code, stdout, stderr } = await runCommand(['serve'], {
          ...pinned(),
          MODEL_CACHE: temporaryFolder(),
        });
        expect(code).toBe(2);
        expect(stderr).toMatch(/PINNED: the endpoint can't be reached at .*ECONNREFUSED/);
        expect(stdout).toContain('"event":"model_load_failed"');
      } finally {
        await server.start();
      }
    });

    test('list and verify work on it', async () => {
      const { stdout } = await runCommand(['models', 'list', '--json'], pinned());
      expect(JSON.parse(stdout)).toMatchObject([{ commit: PINNED, pinned: true }]);
      expect((await runCommand(['models', 'verify'], pinned())).code).toBe(0);
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, /SignatureDoesNotMatch/],
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'nobody' }, /InvalidAccessKeyId|XAdminUserNotFound/],
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      /no credentials were found: set AWS_ACCESS_KEY_ID/,
    ],
    ['a missing bucket', { MODEL_STORE: 's3://nowhere/p' }, /the bucket nowhere does not exist/],
    ['a missing version', {}, /s3:\/\/models\/p\d+ holds no version [0-9a-f]{40} of tweet/],
    ['a region that is none', { AWS_REGION: '-' }, /set AWS_REGION/],
    [
      'an endpoint that is not there',
      { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', MODEL_FETCH_TIMEOUT_MS: '5000' },
      /can't be reached at 127\.0\.0\.1:1: ECONNREFUSED \(tried \d+ times, until 5000 ms were over\)/,
    ],
  ])('%s has its own message', async (_, change, message) => {
    const { code, stderr } = await runCommand(fetchArgs(), { ...env(), ...change });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
  });

  test('an object that is flipped or missing is refused, and named', async () => {
    await publish();
    for (const path of ['commit.json', ...Object.keys(FILES)]) {
      const bytes = readFileSync(objectPath(path));
      const at = Math.floor(Math.random() * bytes.length);
      if (bytes.length > 0) {
        bytes[at] = (bytes[at] as number) ^ 1;
        writeFileSync(objectPath(path), bytes);
        await expect(fetchIt()).rejects.toMatchObject({
          code: 'not-proven',
          // What commit.json says of a file's size shows at the file.
          ...(path === 'commit.json' ? {} : { message: expect.stringContaining(path) }),
        });
        bytes[at] = (bytes[at] as number) ^ 1;
      }
      rmSync(objectPath(path));
      await expect(fetchIt()).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining(path),
      });
      writeFileSync(objectPath(path), bytes);
      expect(existsSync(join(cacheFolder, MODEL, sha))).toBe(false);
    }
    await prove(await fetchIt());
  });

  test('of many who create the same object one does, and its bytes stay', async () => {
    const writers = Array.from({ length: 16 }, (_, index) => Buffer.alloc(100_000, index));
    const results = await Promise.all(writers.map((bytes) => store().create('m/object', bytes)));
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    const winner = writers[results.indexOf('created')] as Buffer;
    expect((await store().read('m/object', 100_000)).equals(winner)).toBe(true);
  });

  test('published again, nothing happens; something else in its place is refused', async () => {
    expect(await publish()).toBe('published');
    const before = statSync(objectPath('data/3.bin')).mtimeMs;
    expect(await publish()).toBe('already-published');
    expect(statSync(objectPath('data/3.bin')).mtimeMs).toBe(before);
    rmSync(objectPath('commit.json'));
    writeFileSync(objectPath('data/3.bin'), 'other');
    await expect(publish()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('data/3.bin'),
    });
    expect(existsSync(objectPath('commit.json'))).toBe(false);
    expect(readFileSync(objectPath('data/3.bin'), 'utf8')).toBe('other');
  });

  test('several processes publish at once, and several fetch into one cold cache', async () => {
    for (const args of [publishArgs(), fetchArgs()]) {
      const runs = await Promise.all(Array.from({ length: 4 }, () => runCommand(args, patient())));
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    }
    await prove(createFolderStore(cacheFolder));
    const names = readdirSync(join(cacheFolder, MODEL)).sort();
    expect(names).toEqual([sha, `${sha}.publication.json`]);
  });

  describe('killed at a random point', () => {
    /** What is killed: from its first trace on, until it is done. */
    interface Victim {
      readonly args: string[];
      readonly hasBegun: () => boolean;
      readonly isDone: () => boolean;
      readonly isWhole: () => Promise<boolean>;
      readonly clear: () => void;
    }

    async function until(condition: () => boolean): Promise<void> {
      expect(await poll(condition, { intervalMs: 1 })).toBe(true);
    }

    function start({ args }: Victim) {
      return startCommand(args, patient(), { stdio: 'ignore' });
    }

    /** Milliseconds from the first trace to the end. */
    async function measure(victim: Victim): Promise<number> {
      victim.clear();
      const { exited } = start(victim);
      await until(victim.hasBegun);
      const begin = performance.now();
      await until(victim.isDone);
      const durationMs = performance.now() - begin;
      await exited;
      return durationMs;
    }

    async function killAfter(victim: Victim, delayMs: number): Promise<void> {
      victim.clear();
      const { child, exited } = start(victim);
      await until(victim.hasBegun);
      const timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
      await exited;
      clearTimeout(timer);
    }

    async function killMany(victim: Victim, times: number): Promise<void> {
      const durationMs = Math.max(await measure(victim), await measure(victim));
      let unfinished = 0;
      for (let i = 0; i < times; i++) {
        await killAfter(victim, Math.random() * durationMs);
        unfinished += (await victim.isWhole()) ? 0 : 1;
        const { code } = await start(victim).exited;
        expect(code).toBe(0);
        expect(await victim.isWhole()).toBe(true);
      }
      console.log(
        `${victim.args[1]}: ${times} killed within ${Math.round(durationMs)} ms, ${unfinished} of them unfinished`,
      );
      expect(unfinished).toBeGreaterThan(times / 4);
    }

    /** Whether a store has the version, whole; anything between that and nothing is an error. */
    async function isWhole(at: Store): Promise<boolean> {
      try {
        await openVersion(at, MODEL, sha);
      } catch (error) {
        expect(error).toMatchObject({ code: 'not-found' });
        return false;
      }
      await prove(at);
      return true;
    }

    test(
      'publish never leaves a version that is not whole',
      async () => {
        const folder = join(server.folder, `p${prefix}`);
        const victim = {
          args: publishArgs(),
          hasBegun: () => existsSync(folder),
          isDone: () => existsSync(objectPath('commit.json')),
          isWhole: () => isWhole(store()),
          clear: () => rmSync(folder, { recursive: true, force: true }),
        };
        await killMany(victim, Math.floor(KILLS / 2));
      },
      KILLS * 15_000,
    );

    test(
      'fetch never leaves a version that is not whole',
      async () => {
        await publish();
        const folder = join(cacheFolder, MODEL);
        const victim = {
          args: fetchArgs(),
          hasBegun: () => existsSync(folder),
          isDone: () => existsSync(join(folder, sha)),
          isWhole: async () => {
            const whole = await isWhole(createFolderStore(cacheFolder));
            expect(existsSync(join(folder, sha))).toBe(whole);
            return whole;
          },
          clear: () => rmSync(folder, { recursive: true, force: true }),
        };
        await killMany(victim, Math.ceil(KILLS / 2));
      },
      KILLS * 15_000,
    );
  });
});
