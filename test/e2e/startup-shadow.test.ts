/** SHADOW_COMMIT: a server that compares itself with another version from its start, for a time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ADMIN_TOKEN, adminOf } from '../support/admin.ts';
import { answering } from '../support/answering.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, startServer, sum, type TestServer } from '../support/server.ts';

let server: TestServer;
afterEach(() => server?.stop());

const ended = ({ event, change }: Record<string, unknown>): boolean =>
  event === 'model_change' && change === 'end-shadow';
const begun = ({ event, change }: Record<string, unknown>): boolean =>
  event === 'model_change' && change === 'shadow';

test.each(['1', '2'])('with %s processes', async (processes) => {
  server = await startServer({
    ...{ ADMIN_TOKEN, SHADOW_COMMIT: MULTILINGUAL, SHADOW_FOR: '15' },
    ...{ WORKERS: processes, PROCESSES: processes },
  });
  const change = { by: 'SHADOW_COMMIT', to: MULTILINGUAL, share: 1, result: 'success' };
  expect(await server.eventually(begun)).toMatchObject(change);
  await server.predict({ inputs: ['I love this so much', 'Ich hasse das'] });
  const counted = await server.untilCounted('classifier_shadow_predictions_total');
  expect(sum(counted, 'classifier_shadow_info', `commit="${MULTILINGUAL}"`)).toBe(1);

  expect(await server.eventually(ended)).toMatchObject({ by: 'SHADOW_COMMIT', from: MULTILINGUAL });
  await vi.waitFor(
    async () => expect(sum(await server.metrics(), 'classifier_shadow_info')).toBe(0),
    60_000,
  );
});

test('the work of a candidate is none of the server, until it is promoted', async () => {
  server = await startServer({ ADMIN_TOKEN, SHADOW_COMMIT: MULTILINGUAL });
  await server.eventually(begun);
  const work = async () => {
    const metrics = await server.metrics();
    return [
      'classifier_batch_size_sum',
      'classifier_inference_duration_seconds_count',
      'classifier_queue_duration_seconds_count',
      'classifier_cache_requests_total',
    ].map((name) => sum(metrics, name));
  };
  const predict = async (inputs: string, compared: number) => {
    await server.predict({ inputs });
    await vi.waitFor(
      async () =>
        expect(sum(await server.metrics(), 'classifier_shadow_predictions_total')).toBe(compared),
      { timeout: 60_000 },
    );
  };
  await predict('I love this so much', 1);
  await predict('Ich hasse das', 2);
  await predict('What a day', 3);
  expect(await work()).toEqual([3, 3, 3, 3]);

  const admin = adminOf(server.url);
  expect(await admin.change('POST /admin/promote')).toMatchObject({ status: 200 });
  await predict('Another one, for the version that serves now', 3);
  expect(await work()).toEqual([4, 4, 4, 4]);

  // What served before is the candidate now; it is still loaded.
  expect(await admin.change('PUT /admin/shadow', { commit: PINNED, share: 1 })).toMatchObject({
    status: 200,
  });
  await predict('Das ist wunderbar', 4);
  expect(await work()).toEqual([5, 5, 5, 5]);
});

test('a candidate that was ended by hand is not ended again', async () => {
  server = await startServer({ ADMIN_TOKEN, SHADOW_COMMIT: MULTILINGUAL, SHADOW_FOR: '2' });
  await server.eventually(begun);
  await adminOf(server.url).change('DELETE /admin/shadow');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(server.lines.filter(ended)).toMatchObject([{ by: 'admin' }]);
});

test('a version that can not be loaded leaves the server as it is', async () => {
  server = await startServer({ SHADOW_COMMIT: '0'.repeat(40) });
  expect(await server.eventually(begun)).toMatchObject({
    ...{ level: 'error', result: 'failure', code: 'unknown-version' },
  });
  const response = await server.predict({ inputs: 'a' });
  expect(response.headers.get('x-model-commit')).toBe(PINNED);
  expect(sum(await server.metrics(), 'classifier_shadow_predictions_total')).toBe(0);
});

test('a store that fails meanwhile is tried again', async () => {
  let isFailing = true;
  const store = await answering(({ url = '' }, response) => {
    if (isFailing && url.includes(MULTILINGUAL)) {
      response.writeHead(418).end();
      return;
    }
    try {
      response.end(readFileSync(join(ROOT, 'models', url)));
    } catch {
      response.writeHead(404).end();
    }
  });
  server = await startServer({
    ...{ MODEL_STORE: store, MODEL_COMMIT: PINNED, MODEL_CACHE: temporaryFolder() },
    SHADOW_COMMIT: MULTILINGUAL,
  });
  expect(await server.eventually(begun)).toMatchObject({ code: 'store-failed' });
  isFailing = false;
  const isCompared = ({ result, ...line }: Record<string, unknown>): boolean =>
    begun(line) && result === 'success';
  expect(await server.eventually(isCompared)).toMatchObject({ to: MULTILINGUAL });
});
