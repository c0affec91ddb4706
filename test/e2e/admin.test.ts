/** The model of a running server is changed, while clients send requests. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { adminOf, startAdminServer } from '../support/admin.ts';
import { sendUntil } from '../support/clients.ts';
import {
  copyOfPinned,
  MODEL,
  MULTILINGUAL,
  MULTILINGUAL_TAG,
  PINNED,
  PINNED_TAG,
} from '../support/pinned.ts';
import { ROOT, startServer, sum, type TestServer } from '../support/server.ts';

let server: TestServer;
afterEach(() => server.stop());

const UNKNOWN = 'd'.repeat(40);
const linesOf = (event: string): TestServer['lines'] =>
  server.lines.filter((line) => line.event === event);

/** A store with both versions. */
function copyOfBoth(): { store: string; folder: string } {
  const copy = copyOfPinned();
  const folder = join(copy.store, MODEL, MULTILINGUAL);
  cpSync(join(ROOT, 'models', MODEL, MULTILINGUAL), folder, { recursive: true });
  return { store: copy.store, folder };
}

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(1_000) ^ 1, 1_000);
  writeFileSync(path, bytes);
}

test.each([
  { env: {}, swaps: 4 },
  { env: { PROCESSES: '2', WORKERS: '2' }, swaps: 2 },
])(
  'swaps under load: every request is answered by a version that served meanwhile ($env)',
  async ({ env, swaps }) => {
    server = await startAdminServer(env);
    const admin = adminOf(server.url);
    const clients = sendUntil(server, 8);
    const times: { readonly commit: string; readonly from: number; readonly to: number }[] = [];
    for (let i = 0; i < swaps; i++) {
      const commit = i % 2 === 0 ? MULTILINGUAL : PINNED;
      const from = performance.now();
      const { status, body } = await admin.change('PUT /admin/model', { commit });
      times.push({ commit, from, to: performance.now() });
      expect([status, body.to, body.changed]).toEqual([200, commit, true]);
    }
    const answers = await clients.stop();
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { commit, header, startedAt, endedAt } of answers) {
      expect(header).toBe(commit);
      const spans = [{ commit: PINNED, from: 0, to: 0 }, ...times].map((span, i) => ({
        commit: span.commit,
        from: span.from,
        to: times[i]?.to ?? Number.POSITIVE_INFINITY,
      }));
      const isLive = spans.some(
        (span) => span.commit === commit && span.from <= endedAt && startedAt <= span.to,
      );
      expect(isLive).toBe(true);
    }
    const metrics = await server.metrics();
    expect(sum(metrics, 'classifier_predictions_total')).toBe(answers.length);
    await server.stop();
    for (const commit of [PINNED, MULTILINGUAL]) {
      const count = answers.filter((answer) => answer.commit === commit).length;
      expect(count).toBeGreaterThan(0);
      expect(linesOf('prediction').filter((line) => line.commit === commit)).toHaveLength(count);
    }
    expect(linesOf('model_change')).toHaveLength(swaps);
    expect(linesOf('model_change')[0]).toMatchObject({
      ...{ by: 'tester', change: 'swap', result: 'success', from: PINNED, to: MULTILINGUAL },
    });
  },
);

test('a candidate is compared, promoted and taken back', async () => {
  server = await startAdminServer({ KEEP_PREVIOUS: '60' });
  const admin = adminOf(server.url);
  await admin.change('PUT /admin/shadow', { commit: MULTILINGUAL, share: 1 });
  expect((await admin.status()).body).toMatchObject({
    model: { commit: PINNED },
    candidate: { commit: MULTILINGUAL, share: 1 },
    previous: null,
  });
  const inputs = ['I love this', 'Ich hasse das, furchtbar', 'Das ist wunderbar'];
  const answer = (await (await server.predict({ inputs })).json()) as {
    predictions: { id: string; label: string }[];
  };
  await vi.waitFor(async () => expect((await admin.shadow()).body.verdict.all.texts).toBe(3), {
    timeout: 60_000,
  });
  await fetch(`${server.url}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: answer.predictions[1]?.id, label: 'negative' }),
  });
  const { body } = await admin.shadow();
  expect(Object.keys(body.verdict.languages).sort()).toEqual(['de', 'en']);
  expect(body.verdict.all.feedback.candidateRight + body.verdict.all.feedback.bothRight).toBe(1);
  expect(body.summary[0]).toMatch(
    new RegExp(`^${MULTILINGUAL_TAG} disagrees with ${PINNED_TAG} on \\d+\\.\\d % of 3 texts`),
  );

  expect((await admin.change('POST /admin/promote')).body).toMatchObject({ to: MULTILINGUAL });
  expect((await admin.status()).body).toMatchObject({
    model: { commit: MULTILINGUAL },
    candidate: null,
    previous: { commit: PINNED, loaded: true },
  });
  expect((await admin.change('POST /admin/rollback')).body).toMatchObject({ to: PINNED });
  const metrics = await server.metrics();
  expect(sum(metrics, 'classifier_shadow_predictions_total')).toBe(3);
  expect(sum(metrics, 'classifier_predictions_total')).toBe(3);
  expect(sum(metrics, 'classifier_model_loads_total', 'success')).toBe(2);
  await server.stop();
  expect(linesOf('shadow_prediction')).toHaveLength(3);
  expect(linesOf('prediction')).toHaveLength(3);
});

describe('what can’t be done is a problem, and what served goes on to serve:', () => {
  test('a request for what is not possible', async () => {
    server = await startAdminServer();
    const admin = adminOf(server.url);
    const cases: readonly [string, object | undefined, number, string, string][] = [
      [
        'PUT /admin/model',
        { commit: 'abc' },
        400,
        'invalid-commit',
        'commit must be a full commit SHA',
      ],
      [
        'PUT /admin/model',
        { commit: 'main' },
        400,
        'invalid-commit',
        'a branch, a tag or a short SHA',
      ],
      ['PUT /admin/model', { commit: UNKNOWN }, 404, 'unknown-version', `no version ${UNKNOWN}`],
      ['PUT /admin/model', {}, 400, 'invalid-body', 'commit: expected a full commit SHA'],
      [
        'PUT /admin/shadow',
        { commit: PINNED, share: 1 },
        409,
        'not-comparable',
        'nothing to compare',
      ],
      [
        'PUT /admin/shadow',
        { commit: MULTILINGUAL, share: 1.5 },
        400,
        'invalid-body',
        'share: expected a number from 0 to 1',
      ],
      ['POST /admin/promote', undefined, 404, 'no-candidate', 'PUT /admin/shadow loads one'],
      ['POST /admin/rollback', undefined, 404, 'no-previous', 'No other version has served'],
      ['GET /admin/shadow', undefined, 404, 'no-candidate', 'PUT /admin/shadow loads one'],
    ];
    for (const [request, body, status, code, detail] of cases) {
      const answer = await admin.change(request, body);
      expect.soft([answer.status, answer.body.type]).toEqual([status, `/problems/${code}`]);
      expect.soft(answer.body.detail).toContain(detail);
    }
    expect((await admin.status()).body.model?.commit).toBe(PINNED);
    expect((await server.predict({ inputs: 'a' })).status).toBe(200);
  });

  test.each([{}, { PROCESSES: '2', WORKERS: '2' }])(
    'a version with a changed byte (%j)',
    async (env) => {
      const { store, folder } = copyOfBoth();
      server = await startAdminServer({ MODEL_STORE: store, ...env });
      const admin = adminOf(server.url);
      expect(sum(await server.metrics(), 'classifier_last_load_successful')).toBe(1);
      flipByte(join(folder, 'model.onnx'));
      const refused = await admin.change('PUT /admin/model', { commit: MULTILINGUAL });
      expect([refused.status, refused.body.detail]).toEqual([
        422,
        expect.stringContaining('model.onnx: sha256: expected'),
      ]);
      const isSuccessful = async (): Promise<number> =>
        sum(await server.metrics(), 'classifier_last_load_successful');
      expect(await isSuccessful()).toBe(0);
      // The version that serves is requested: the failed one is given up.
      const kept = await admin.change('PUT /admin/model', { commit: PINNED });
      expect([kept.status, await isSuccessful()]).toEqual([200, 1]);
      expect((await server.predict({ inputs: 'a' })).headers.get('x-model-commit')).toBe(PINNED);
      flipByte(join(folder, 'model.onnx'));
      expect((await admin.change('PUT /admin/model', { commit: MULTILINGUAL })).status).toBe(200);
      await server.stop();
      expect(linesOf('model_change').map(({ result }) => result)).toEqual([
        'failure',
        'success',
        'success',
      ]);
    },
  );

  test('a second change, while one is being made', async () => {
    server = await startAdminServer();
    const admin = adminOf(server.url);
    const answers = await Promise.all(
      [1, 2].map(() => admin.change('PUT /admin/model', { commit: MULTILINGUAL })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toContain(
      `Another change is being made: swap to ${MULTILINGUAL}`,
    );
  });
});

test('SIGHUP and WATCH_PIN serve what the store pins now', async () => {
  const { store } = copyOfBoth();
  const pin = join(store, MODEL, 'PINNED');
  server = await startServer({ MODEL_STORE: store, WATCH_PIN: '1' });
  const changeTo = (commit: string) =>
    server.eventually(({ event, to }) => event === 'model_change' && to === commit);
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(pin, `${MULTILINGUAL}\n`);
  expect(await changeTo(MULTILINGUAL)).toMatchObject({ by: 'WATCH_PIN', result: 'success' });
  await server.stop();

  server = await startServer({ MODEL_STORE: store });
  writeFileSync(pin, `${PINNED}\n`);
  server.process.kill('SIGHUP');
  expect(await changeTo(PINNED)).toMatchObject({ by: 'SIGHUP', result: 'success' });
  const isSuccessful = async (): Promise<number> =>
    sum(await server.metrics(), 'classifier_last_load_successful');
  writeFileSync(pin, `${'0'.repeat(40)}\n`);
  server.process.kill('SIGHUP');
  expect(await changeTo('0'.repeat(40))).toMatchObject({ result: 'failure' });
  expect(await isSuccessful()).toBe(0);
  // What serves is pinned again: the failed one is given up.
  writeFileSync(pin, `${PINNED}\n`);
  server.process.kill('SIGHUP');
  await server.eventually(({ event, changed }) => event === 'model_change' && changed === false);
  expect(await isSuccessful()).toBe(1);
  writeFileSync(pin, 'main\n');
  server.process.kill('SIGHUP');
  await server.eventually(({ event }) => event === 'pin_unreadable');
  expect((await server.predict({ inputs: 'a' })).headers.get('x-model-commit')).toBe(PINNED);
});

test('a process that is replaced serves what the others serve, and has their candidate', async () => {
  server = await startAdminServer({ PROCESSES: '2', WORKERS: '2' });
  const admin = adminOf(server.url);
  await admin.change('PUT /admin/model', { commit: MULTILINGUAL });
  await admin.change('PUT /admin/shadow', { commit: PINNED, share: 0.5 });
  const pids = readFileSync(
    `/proc/${server.process.pid}/task/${server.process.pid}/children`,
    'utf8',
  );
  process.kill(Number(pids.trim().split(' ')[0]), 'SIGKILL');
  await server.eventually(({ event }) => event === 'process_restart');
  await vi.waitFor(
    async () => {
      const { status } = await admin.change('PUT /admin/shadow', { commit: PINNED, share: 1 });
      expect(status).toBe(200);
    },
    { timeout: 60_000, interval: 200 },
  );
  for (let i = 0; i < 10; i++) {
    expect((await admin.status()).body).toMatchObject({
      model: { commit: MULTILINGUAL },
      candidate: { commit: PINNED, share: 1 },
      previous: { commit: PINNED },
    });
  }
  expect((await admin.change('POST /admin/rollback')).body).toMatchObject({ to: PINNED });
});

test('without a token there is no /admin; another token is refused; ADMIN_PORT has both', async () => {
  server = await startServer();
  expect((await adminOf(server.url).status()).status).toBe(404);
  await server.stop();

  server = await startAdminServer({ ADMIN_PORT: '0' });
  const { admin_url: adminUrl } = await server.eventually(({ event }) => event === 'listening');
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  expect((await adminOf(server.url).status()).status).toBe(404);
  expect((await fetch(`${adminUrl}/metrics`)).status).toBe(200);
  expect((await adminOf(String(adminUrl)).status()).status).toBe(200);
  const statuses = await Promise.all(
    ['', 'Bearer another-token-of-16'].map(
      async (authorization) =>
        (await fetch(`${adminUrl}/admin`, { headers: { authorization } })).status,
    ),
  );
  expect(statuses).toEqual([401, 403]);
});
