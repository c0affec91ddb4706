/** `POST /feedback` on two replicas. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import { PINNED } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';

const FEEDBACK_KEY = 'the same on all replicas';
let first: TestServer;
let second: TestServer;

beforeAll(async () => {
  first = await startServer({ FEEDBACK_KEY, WORKERS: '1' });
  second = await startServer({ FEEDBACK_KEY, WORKERS: '1', API_KEYS: 'a-known-key' });
});
afterAll(async () => {
  await first.stop();
  await second.stop();
});

const send = (server: TestServer, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'a-known-key', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function predictOn(server: TestServer): Promise<{ id: string; label: string }> {
  const response = await server.predict({ inputs: 'What a wonderful day' });
  const { predictions } = (await response.json()) as {
    predictions: [{ id: string; label: string }];
  };
  return predictions[0];
}

const counted = async (server: TestServer, actual: string): Promise<number | undefined> =>
  (await server.metrics()).get(
    `classifier_feedback_total{predicted="positive",actual="${actual}"}`,
  );

test('any replica counts it, once', async () => {
  const { id, label } = await predictOn(first);
  expect(label).toBe('positive');
  expect(await counted(second, 'negative')).toBe(0);
  for (let i = 0; i < 2; i++) {
    expect((await send(second, { id, label: 'negative' })).status).toBe(204);
  }
  expect(await counted(second, 'negative')).toBe(1);
  expect(await counted(first, 'negative')).toBe(0);
  const version = `predicted_by="${PINNED.slice(0, 8)}"`;
  const metrics = await second.metrics();
  expect(metrics.get(`classifier_version_feedback_total{${version},result="wrong"}`)).toBe(1);
  expect(metrics.get(`classifier_version_feedback_total{${version},result="right"}`)).toBe(0);
  await second.eventually(({ event }) => event === 'feedback');
  const lines = second.lines.filter(({ event }) => event === 'feedback');
  expect(lines).toEqual([
    expect.objectContaining({
      id,
      commit: PINNED.slice(0, 8),
      predicted: 'positive',
      actual: 'negative',
    }),
  ]);
});

test('the log has the id of the prediction', async () => {
  const { id } = await predictOn(first);
  const logged = await first.eventually(
    ({ event, id: found }) => event === 'prediction' && found === id,
  );
  expect(logged).toMatchObject({ label: 'positive' });
});

const ids = createPredictionIds(FEEDBACK_KEY);
const long = createPredictionIds(FEEDBACK_KEY, () => Date.now() - 8 * 86_400_000);
const made = (label: string) => ({ label, commit: PINNED });
const valid = ids.create(made('positive'));

test.each([
  ['no JSON', '{', 400, 'malformed-json', ''],
  ['no id', { label: 'positive' }, 400, 'invalid-body', '{"id": "…", "label": "…"}'],
  ['a field too many', { id: valid, label: 'positive', x: 1 }, 400, 'invalid-body', 'Expected'],
  ['an id that is no text', { id: 7, label: 'positive' }, 400, 'invalid-body', 'Expected'],
  ['no such label', { id: valid, label: 'happy' }, 400, 'unknown-label', 'negative, neutral, pos'],
  ['a UUID', { id: crypto.randomUUID(), label: 'positive' }, 404, 'unknown-id', 'no prediction'],
  ['a forged id', { id: `B${valid.slice(1)}`, label: 'positive' }, 404, 'unknown-id', 'no pred'],
  [
    'an id of a version with other labels',
    { id: ids.create(made('happy')), label: 'positive' },
    404,
    'unknown-id',
    'no prediction',
  ],
  ['an old id', { id: long.create(made('positive')), label: 'positive' }, 410, 'id-expired', '7 d'],
  ['too much', { id: 'x'.repeat(20_000), label: 'positive' }, 413, 'body-too-large', '16384'],
])('%s is refused', async (_, body, status, type, detail) => {
  const response = await send(first, body);
  const problem = (await response.json()) as { type: string; detail: string };
  expect([response.status, problem.type]).toEqual([status, `/problems/${type}`]);
  expect(problem.detail).toContain(detail);
});

test('another media type is refused', async () => {
  expect((await send(first, 'id=x', { 'content-type': 'text/plain' })).status).toBe(415);
});

test('where keys are required, they are required here as well', async () => {
  expect(
    (await send(second, { id: valid, label: 'positive' }, { 'x-api-key': 'other' })).status,
  ).toBe(403);
});
