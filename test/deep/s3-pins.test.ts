/** Pins on a real S3 server: of many at the same time none overwrites another, and none is lost. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pinAlias, readPinned, readPins } from '../../src/version/pins.ts';
import { publishVersion } from '../../src/version/publish.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { openStore } from '../../src/version/stores/open.ts';
import type { RemoteStore, WritableStore } from '../../src/version/stores/store.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { sha } from '../support/models.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { haveS3Server, type S3Server, startS3Server } from '../support/s3-server.ts';
import { ROOT, runCommand, startServer } from '../support/server.ts';

const BUCKET = 'models';

describe.skipIf(!haveS3Server)('pins on S3', () => {
  let server: S3Server;
  let prefix = 0;
  let location: string;

  beforeAll(async () => {
    server = await startS3Server(BUCKET);
    Object.assign(process.env, server.env);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    location = `s3://${BUCKET}/p${++prefix}`;
  });

  const store = () => openStore(location) as RemoteStore & WritableStore;
  const target = () => ({ store: store(), model: MODEL, alias: 'production' });
  const pinnedFile = () => join(server.folder, `p${prefix}`, MODEL, 'PINNED');

  test('replace changes an object only where it has the expected content', async () => {
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    expect(await store().replace('k', a, b)).toBe('changed');
    expect(await store().replace('k', a, undefined)).toBe('replaced');
    expect(await store().replace('k', b, undefined)).toBe('changed');
    expect(await store().replace('k', b, a)).toBe('replaced');
    expect((await store().read('k', 10)).toString()).toBe('b');
    const bodies = Array.from({ length: 16 }, (_, index) => Buffer.from(`${index}`));
    const results = await Promise.all(bodies.map((body) => store().replace('k', body, b)));
    expect(results.filter((result) => result === 'replaced')).toHaveLength(1);
    const winner = bodies[results.indexOf('replaced')] as Buffer;
    expect((await store().read('k', 10)).toString()).toBe(winner.toString());
    await store().remove('k');
    await store().remove('k');
    await expect(store().read('k', 10)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('many at once: exactly those that succeed are in the log, in their order', async () => {
    const made: string[] = [];
    for (let round = 0; round < 6; round++) {
      const results = await Promise.allSettled(
        [...'0123456789abcdef'].map((digit) => {
          const to = `${round}`.repeat(20) + digit.repeat(20);
          return pinAlias(target(), { to, by: `writer ${digit}` });
        }),
      );
      for (const result of results) {
        if (result.status === 'fulfilled') {
          made.push(result.value.entry?.to as string);
        } else {
          expect(result.reason).toMatchObject({ code: 'conflict' });
        }
      }
    }
    const log = await readPins(target(), 1_000);
    expect(made.length).toBeGreaterThanOrEqual(6);
    expect(log.map(({ to }) => to).sort()).toEqual([...made].sort());
    expect(log.filter((entry) => entry.isAfterUnloggedChange)).toEqual([]);
    expect(await readPinned(target())).toBe(log[0]?.to);
    expect(readFileSync(pinnedFile(), 'utf8')).toBe(`${log[0]?.to}\n`);
  });

  test('an alias is removed', async () => {
    await pinAlias(target(), { to: sha('a'), by: 'x' });
    await pinAlias(target(), { to: null, by: 'x' });
    expect(existsSync(pinnedFile())).toBe(false);
  });

  test('the commands: several processes pin, a server serves by alias', async () => {
    const shipped = createFolderStore(join(ROOT, 'models'));
    for (const commit of [PINNED, MULTILINGUAL]) {
      await publishVersion(shipped, store(), MODEL, commit);
    }
    const env = {
      ...server.env,
      MODEL_STORE: location,
      MODEL_CACHE: temporaryFolder(),
      MODEL_FETCH_TIMEOUT_MS: '60000',
    };
    const runs = await Promise.all(
      [PINNED, MULTILINGUAL, PINNED, MULTILINGUAL].map((commit) =>
        runCommand(['models', 'pin', commit, '--alias', 'staging', '--json'], env),
      ),
    );
    const results = runs.flatMap(({ code, stdout }) => (code === 0 ? [JSON.parse(stdout)] : []));
    expect(runs.map(({ code }) => code).filter((code) => code !== 0 && code !== 1)).toEqual([]);
    const { stdout } = await runCommand(['models', 'pins', '--json'], env);
    const [staging] = JSON.parse(stdout);
    const changes = results.filter(({ changed }) => changed);
    expect(staging).toMatchObject({ alias: 'staging', isLogged: true });
    expect(staging.log).toHaveLength(changes.length);
    expect(changes.map(({ to }) => to)).toContain(staging.commit);

    const running = await startServer({ ...env, MODEL_ALIAS: 'staging' });
    const response = await running.predict({ inputs: 'I love it' });
    expect(await response.json()).toMatchObject({ model: { commit: staging.commit } });
    await running.stop();
  });
});
