/** Pins of a store, by the commands, and a server that serves an alias. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { startObjectServer } from '../support/object-server.ts';
import {
  copyOfPinned,
  MODEL,
  MULTILINGUAL,
  PINNED,
  pinnedJson,
  variantOfPinned,
} from '../support/pinned.ts';
import { ROOT, runCommand, startServer } from '../support/server.ts';

let store: string;
let env: Record<string, string>;
beforeEach(() => {
  store = copyOfPinned().store;
  cpSync(join(ROOT, 'models', MODEL, MULTILINGUAL), join(store, MODEL, MULTILINGUAL), {
    recursive: true,
  });
  env = {
    MODEL_STORE: store,
    GIT_COMMITTER_NAME: 'C O Mitter',
    GIT_COMMITTER_EMAIL: 'committer@example.com',
  };
});

const models = (args: string[], more: Record<string, string> = {}) =>
  runCommand(['models', ...args], { ...env, ...more });
const file = (name: string) => join(store, MODEL, name);

test('pin, pins, unpin: who, when, why, from and to', async () => {
  const pinned = await models(['pin', MULTILINGUAL, '--reason', 'German traffic']);
  expect(pinned.stderr).toBe('');
  expect(pinned.stdout).toBe(
    `production of ${MODEL} in ${store} is ${MULTILINGUAL}, before: ${PINNED}, ` +
      'by C O Mitter <committer@example.com>\n',
  );
  expect(readFileSync(file('PINNED'), 'utf8')).toBe(`${MULTILINGUAL}\n`);
  expect((await models(['pin', MULTILINGUAL])).stdout).toContain('already');

  const staged = await models(['pin', PINNED, '--alias', 'staging', '--json']);
  expect(JSON.parse(staged.stdout)).toMatchObject({
    ...{ model: MODEL, store, alias: 'staging', from: null, to: PINNED, changed: true },
    by: 'C O Mitter <committer@example.com>',
  });
  const removed = await models(['unpin', '--alias', 'staging']);
  expect(removed.stdout).toContain(`is removed, before: ${PINNED}`);
  writeFileSync(file('PINNED'), `${PINNED}\n`);

  const { stdout } = await models(['pins']);
  expect(stdout.split('\n').map((line) => line.replace(/\d{4}-\S+ \d\d:\d\d/, 'TIME'))).toEqual([
    `production ${PINNED}`,
    '  changed without `models pin` since the first entry below',
    `  TIME  ${PINNED.slice(0, 10)} → ${MULTILINGUAL.slice(0, 10)}  C O Mitter <committer@example.com>`,
    '    German traffic',
    'staging is removed',
    `  TIME  ${PINNED.slice(0, 10)} → nothing  C O Mitter <committer@example.com>`,
    `  TIME  nothing → ${PINNED.slice(0, 10)}  C O Mitter <committer@example.com>`,
    '',
  ]);
  const again = await models(['pin', MULTILINGUAL, '--alias', 'canary']);
  expect(again.code).toBe(0);
  // Less than a minute old, however long the commands before took: it may not be finished yet.
  const entry = file('pins/production/1.json');
  const made = JSON.parse(readFileSync(entry, 'utf8'));
  const soon = new Date(Date.now() + 50_000).toISOString();
  writeFileSync(entry, JSON.stringify({ ...made, time: soon }));
  const refused = await models(['pin', MULTILINGUAL]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('is not finished yet, or was taken back by hand');
});

test('what is not in the store, incomplete, or not served, is not pinned', async () => {
  const absent = await models(['pin', 'a'.repeat(40)]);
  expect(absent.code).toBe(1);
  expect(absent.stderr).toContain('publish the version with `models publish` first');

  rmSync(join(store, MODEL, MULTILINGUAL, 'commit.json'));
  expect((await models(['pin', MULTILINGUAL])).code).toBe(1);

  const golden = pinnedJson<{ texts: { scores: object }[] }>('golden.json');
  const scores = { negative: 0.2, neutral: 0.2, positive: 0.6 };
  const other = variantOfPinned({
    'golden.json': JSON.stringify({
      ...golden,
      texts: golden.texts.map((each) => ({ ...each, label: 'positive', scores })),
    }),
  });
  const wrong = await models(['pin', other.sha], { MODEL_STORE: other.store });
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('golden');
  const changed = variantOfPinned({ 'hyperparameters.json': '{}' });
  rmSync(join(changed.store, MODEL, 'PINNED'));
  const untrained = await models(['pin', changed.sha], { MODEL_STORE: changed.store });
  expect(untrained.code).toBe(1);
  expect(untrained.stderr).toContain('to be retrained');
  expect(readFileSync(file('PINNED'), 'utf8')).toBe(`${PINNED}\n`);
});

test.each<[string, string[], string]>([
  ['a web server', ['pin', PINNED, '--model-store', 'http://localhost:1/x'], 'can only be read'],
  ['an alias with a slash', ['pin', PINNED, '--alias', 'a/b'], '--alias: expected a lower-case'],
  ['an alias that never was', ['unpin', '--alias', 'stagign'], 'has never had an alias stagign'],
  ['its log', ['pins', '--alias', 'stagign'], 'has never had an alias stagign'],
  ['unpin without a name', ['unpin'], '--alias: expected the alias to remove, found none'],
])('%s is refused', async (_, args, message) => {
  const { code, stderr } = await models(args);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/\n {4}at /);
  expect(code).toBe(2);
});

test('a server serves the version of MODEL_ALIAS, logs its SHA and follows the alias', async () => {
  expect((await models(['pin', MULTILINGUAL, '--alias', 'staging'])).code).toBe(0);
  const server = await startServer({ ...env, MODEL_ALIAS: 'staging', WATCH_PIN: '1' });
  expect(await server.eventually(({ event }) => event === 'listening')).toMatchObject({
    alias: 'staging',
    commit: MULTILINGUAL,
  });
  expect((await models(['pin', PINNED, '--alias', 'staging'])).code).toBe(0);
  await server.eventually(({ event, to }) => event === 'model_change' && to === PINNED);
  const response = await server.predict({ inputs: 'a' });
  expect(response.headers.get('x-model-commit')).toBe(PINNED);
  await server.stop();
});

test('MODEL_ALIAS with MODEL_COMMIT, of nothing, or with another form: no start', async () => {
  const serve = (settings: Record<string, string>) =>
    runCommand(['serve'], { ...env, ...settings });
  const both = await serve({ MODEL_ALIAS: 'staging', MODEL_COMMIT: PINNED });
  expect(both.code).toBe(2);
  expect(both.stderr).toBe(
    'tweet-sentiment: MODEL_ALIAS: expected it to be unset where MODEL_COMMIT names the version, found staging\n',
  );
  const missing = await serve({ MODEL_ALIAS: 'staging' });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('PINNED.staging does not exist: expected the full SHA');
  const form = await serve({ MODEL_ALIAS: 'v1.2' });
  expect(form.code).toBe(2);
  expect(form.stderr).toContain('MODEL_ALIAS: expected a lower-case letter');
});

test('the version that an alias of a remote store had last is served while it can not be reached', async () => {
  expect((await models(['pin', MULTILINGUAL, '--alias', 'staging'])).code).toBe(0);
  const objects = await startObjectServer(store);
  const remote = {
    MODEL_STORE: `${objects.url}/bucket`,
    MODEL_CACHE: temporaryFolder(),
    MODEL_ALIAS: 'staging',
    MODEL_FETCH_TIMEOUT_MS: '1000',
  };
  const fetched = await runCommand(['models', 'fetch', '--json'], remote);
  expect(JSON.parse(fetched.stdout)).toMatchObject({ commit: MULTILINGUAL });
  objects.fault(`${MODEL}/PINNED.staging`, [{ kind: 'status', status: 503 }], true);
  const server = await startServer(remote);
  const response = await server.predict({ inputs: 'a' });
  expect(response.headers.get('x-model-commit')).toBe(MULTILINGUAL);
  await server.stop();
  await objects.close();
});
