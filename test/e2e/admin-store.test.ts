/** Changes of a running server whose store is at the other end of a network, and fails. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Admin, adminOf, startAdminServer } from '../support/admin.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { type Fault, type ObjectServer, startObjectServer } from '../support/object-server.ts';
import { copyOfPinned, MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, type TestServer } from '../support/server.ts';

let folder: string;
let objects: ObjectServer;
let server: TestServer;
let env: Record<string, string>;
beforeEach(async () => {
  folder = copyOfPinned().store;
  cpSync(join(ROOT, 'models', MODEL, MULTILINGUAL), join(folder, MODEL, MULTILINGUAL), {
    recursive: true,
  });
  objects = await startObjectServer(folder);
  env = {
    MODEL_STORE: `${objects.url}/bucket`,
    MODEL_CACHE: temporaryFolder(),
    MODEL_FETCH_TIMEOUT_MS: '1000',
  };
});
afterEach(async () => {
  await server.stop();
  await objects.close();
});

const WEIGHTS = `${MODEL}/${MULTILINGUAL}/model.onnx`;
const swap = (admin: Admin) => admin.change('PUT /admin/model', { commit: MULTILINGUAL });
const served = async (): Promise<string | null> =>
  (await server.predict({ inputs: 'a' })).headers.get('x-model-commit');

test('a store that hangs, breaks or has not all leaves what serves; then the swap is made', async () => {
  server = await startAdminServer(env);
  const admin = adminOf(server.url);
  const cases: readonly (readonly [Fault, number, string])[] = [
    [{ kind: 'status', status: 404 }, 404, 'unknown-version'],
    [{ kind: 'stall', after: 100_000 }, 502, 'store-failed'],
    [{ kind: 'break', after: 100_000 }, 502, 'store-failed'],
    [{ kind: 'status', status: 403 }, 502, 'store-failed'],
    [{ kind: 'flip' }, 422, 'version-refused'],
  ];
  for (const [fault, status, code] of cases) {
    objects.fault(WEIGHTS, [fault], true);
    const answer = await swap(admin);
    expect
      .soft([fault, answer.status, answer.body.type])
      .toEqual([...[fault, status, `/problems/${code}`]]);
    expect(await served()).toBe(PINNED);
  }
  objects.fault(WEIGHTS, []);
  expect((await swap(admin)).status).toBe(200);
  expect(await served()).toBe(MULTILINGUAL);
});

test.each([{}, { PROCESSES: '2', WORKERS: '2' }])(
  'a stop ends a download, and the answer to the change has the reason (%j)',
  async (processes) => {
    server = await startAdminServer({ ...env, MODEL_FETCH_TIMEOUT_MS: '60000', ...processes });
    objects.fault(WEIGHTS, [{ kind: 'stall', after: 100_000 }], true);
    const answer = swap(adminOf(server.url));
    await vi.waitFor(() => expect(objects.requests).toContain(WEIGHTS), { timeout: 10_000 });
    const startedAt = performance.now();
    const stopped = server.stop();
    expect(await answer).toMatchObject({ status: 503, body: { type: '/problems/draining' } });
    expect(await stopped).toMatchObject({ code: 0 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  },
);

test('a pin that was served after a signal is served by the next start, also without the store', async () => {
  server = await startAdminServer(env);
  writeFileSync(join(folder, MODEL, 'PINNED'), `${MULTILINGUAL}\n`);
  server.process.kill('SIGHUP');
  await server.eventually(({ event }) => event === 'model_change');
  await vi.waitFor(async () => expect(await served()).toBe(MULTILINGUAL));
  await server.stop();
  objects.fault(`${MODEL}/PINNED`, [{ kind: 'status', status: 503 }], true);
  server = await startAdminServer(env);
  expect(await served()).toBe(MULTILINGUAL);
});
