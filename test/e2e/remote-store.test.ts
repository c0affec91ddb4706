/** The built server, started from a store at the other end of a network. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { type ObjectServer, startObjectServer } from '../support/object-server.ts';
import { copyOfPinned, MODEL, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { runCommand, startServer, sum, type TestServer } from '../support/server.ts';

let folder: string;
let objects: ObjectServer;
let env: Record<string, string>;
beforeEach(async () => {
  folder = copyOfPinned().store;
  objects = await startObjectServer(folder);
  env = {
    MODEL_STORE: `${objects.url}/bucket`,
    MODEL_CACHE: temporaryFolder(),
    MODEL_FETCH_TIMEOUT_MS: '2000',
    WORKERS: '1',
  };
});
afterEach(() => objects.close());

/** Settings of the AWS SDK; no credentials are looked for in the network. */
const S3 = {
  AWS_REGION: 'eu-test-1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_EC2_METADATA_DISABLED: 'true',
};

const down = () => objects.fault(`${MODEL}/PINNED`, [{ kind: 'status', status: 503 }], true);

async function expectPredictions(server: TestServer): Promise<void> {
  const response = await server.predict({ inputs: 'I love it' });
  expect(response.headers.get('x-model-commit')).toBe(PINNED);
  expect(await response.json()).toMatchObject({ predictions: [{ label: 'positive' }] });
}

test('a version is fetched, verified and served, with its tag', async () => {
  writeFileSync(join(folder, MODEL, `${PINNED}.tag`), `${PINNED_TAG}\n`);
  const server = await startServer(env);
  expect(server.lines.map(({ event }) => event)).toEqual(['listening', 'fetching', 'ready']);
  await expectPredictions(server);
  const labels = `name="${MODEL}",commit="${PINNED}",version="${PINNED_TAG}"`;
  expect(sum(await server.metrics(), 'classifier_model_info', labels)).toBe(1);
  await server.stop();
});

test('with the store down and the version in the cache it starts, and logs that', async () => {
  await runCommand(['models', 'fetch'], env);
  down();
  const server = await startServer(env);
  expect(server.lines).toContainEqual(
    expect.objectContaining({
      event: 'store_unavailable',
      level: 'warn',
      code: 'store-unavailable',
      message: expect.stringContaining('503'),
      serving: PINNED,
    }),
  );
  await expectPredictions(server);
  await server.stop();
});

test('with the commit given and in the cache, the network is not used', async () => {
  await runCommand(['models', 'fetch', PINNED], env);
  objects.requests.length = 0;
  const server = await startServer({ ...env, MODEL_COMMIT: PINNED });
  await expectPredictions(server);
  await server.stop();
  expect(objects.requests).toEqual([]);
});

test('with the store down and nothing in the cache it is alive, not ready, and tries again', async () => {
  down();
  const server = await startServer({ ...env, MODEL_FETCH_TIMEOUT_MS: '600000' }, 'store_retry');
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const response = await fetch(`${server.url}/readyz`);
  expect(response.status).toBe(503);
  expect(response.headers.has('x-model-commit')).toBe(false);
  expect(await response.json()).toMatchObject({
    detail: expect.stringMatching(
      /^The store has not yet returned which model to serve: the store answers with status 503 since \d+ s, \d+ attempts?$/,
    ),
  });
  // Told to stop, it doesn't wait for the store.
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('once the store is back, it serves', async () => {
  objects.fault(
    `${MODEL}/PINNED`,
    Array.from({ length: 3 }, () => ({ kind: 'status', status: 503 })),
  );
  const server = await startServer({ ...env, MODEL_FETCH_TIMEOUT_MS: '60000' });
  expect(server.lines.filter(({ event }) => event === 'store_retry')).toHaveLength(3);
  await expectPredictions(server);
  await server.stop();
});

test('at the deadline it ends with 2, and logs the cause', async () => {
  down();
  const { code, stdout, stderr } = await runCommand(['serve'], env);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^tweet-sentiment: .*PINNED.*503.*until 2000 ms were over\)\n$/);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(events.map(({ event }) => event)).toContain('store_retry');
  expect(events.find(({ event }) => event === 'model_load_failed')).toMatchObject({
    code: 'store-unavailable',
    message: expect.stringContaining('503'),
  });
});

test('a damaged cache is logged and fetched again', async () => {
  const { stdout } = await runCommand(['models', 'fetch', PINNED], env);
  rmSync(join(stdout.trim(), 'golden.json'));
  const server = await startServer({ ...env, MODEL_COMMIT: PINNED });
  expect(server.lines).toContainEqual(
    expect.objectContaining({
      event: 'cache_damaged',
      message: expect.stringContaining('golden.json'),
    }),
  );
  await server.stop();
});

test('a command waits half a minute for a store, and serve five', async () => {
  const command = await runCommand(['models', 'list', '--help']);
  expect(command.stdout).toMatch(/MODEL_FETCH_TIMEOUT_MS,\s+default 30000\)/);
  const serve = await runCommand(['serve', '--help']);
  expect(serve.stdout).toMatch(/MODEL_FETCH_TIMEOUT_MS,\s+default 300000\)/);
});

test('a store that does not respond is reported once, and the command ends', async () => {
  const { host } = new URL(objects.url);
  await objects.close();
  const store = { MODEL_STORE: 's3://bucket', AWS_ENDPOINT_URL_S3: objects.url, ...S3 };
  const args = ['models', 'list', '--model-fetch-timeout-ms', '1500'];
  const { code, stderr } = await runCommand(args, store);
  expect(stderr).toMatch(
    new RegExp(
      `^tweet-sentiment: s3://bucket/${MODEL}: the endpoint can't be reached at ${host}: ECONNREFUSED; ` +
        'trying again until it has not responded for 1\\.5 s\n' +
        `tweet-sentiment: s3://bucket/${MODEL}: .*: ECONNREFUSED \\(tried \\d+ times, until 1500 ms were over\\)\n$`,
    ),
  );
  expect(code).toBe(2);
  objects = await startObjectServer(folder);
});

test('a store without a version says which model it was searched for', async () => {
  const store = { MODEL_STORE: 's3://bucket/none', AWS_ENDPOINT_URL_S3: objects.url, ...S3 };
  const text = await runCommand(['models', 'list', '--model-name', 'other'], store);
  expect([text.stdout, text.code]).toEqual(['no version of other is in s3://bucket/none\n', 0]);
  const json = await runCommand(['models', 'list', '--json'], store);
  expect(json.stdout).toBe('[]\n');
});

test('publish reports the model, and that its name is the default', async () => {
  const args = ['models', 'publish', PINNED, '--from', env.MODEL_STORE!];
  const target = temporaryFolder();
  const byDefault = await runCommand(args, { MODEL_STORE: target });
  expect(byDefault.stdout).toBe(`${PINNED} is published in ${target} as a version of ${MODEL}\n`);
  expect(byDefault.stderr).toBe(
    `${MODEL} is the default name of the model; --model-name sets another\n`,
  );
  const named = await runCommand([...args, '--model-name', MODEL], { MODEL_STORE: target });
  expect(named.stdout).toBe(
    `${PINNED} was published already in ${target} as a version of ${MODEL}\n`,
  );
  expect(named.stderr).toBe('');
});

test('publish copies from a store to a folder, once', async () => {
  const target = temporaryFolder();
  const args = ['models', 'publish', PINNED, '--from', env.MODEL_STORE!, '--tag', 'v1', '--json'];
  for (const result of ['published', 'already-published']) {
    const { stdout, code } = await runCommand(args, { MODEL_STORE: target });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ commit: PINNED, tag: 'v1', result });
  }
  expect(readdirSync(target)).toEqual([MODEL]);
  const verified = await runCommand(['models', 'verify', PINNED], { MODEL_STORE: target });
  expect(verified.code).toBe(0);
});

test.each([
  ['fetch', { MODEL_STORE: 'models' }, 'models is a folder: there is nothing to fetch'],
  ['publish', {}, 'can only be read from'],
])('%s refuses a store that it makes no sense for', async (command, change, message) => {
  const { code, stderr } = await runCommand(['models', command, PINNED], { ...env, ...change });
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
