/** The built server answers in the shapes of the schemas in src/api, without a field too many. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  consoleDataSchema,
  consoleTextsSchema,
  fleetHistorySchema,
} from '../../src/api/console.ts';
import { livenessSchema, readinessSchema } from '../../src/api/health.ts';
import {
  liveVersionsSchema,
  modelHistorySchema,
  versionCardSchema,
  versionChangesSchema,
} from '../../src/api/history.ts';
import { modelCardSchema } from '../../src/api/model.ts';
import { labelsResponseSchema, predictResponseSchema } from '../../src/api/predict.ts';
import { PROBLEMS, type ProblemCode, problemSchema } from '../../src/api/problem.ts';
import { HISTORY } from '../support/history.ts';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';

const API_KEY = 'a-known-key';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    API_KEYS: API_KEY,
    WORKERS: '1',
    MAX_INPUTS: '3',
    MAX_CHARS: '5000',
  });
});
afterAll(() => server?.stop());

/** @param body sent by POST, as JSON unless it is a text. */
function request(path: string, body?: unknown, headers: Record<string, string> = {}) {
  return fetch(`${server.url}${path}`, {
    headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', ...headers },
    ...(body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** A schema drops the fields that it does not know: what is left must be all that was answered. */
function parseExactly<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

async function answer<T extends z.ZodType>(
  schema: T,
  ...args: Parameters<typeof request>
): Promise<z.infer<T>> {
  const response = await request(...args);
  expect(response.status).toBe(200);
  return parseExactly(schema, await response.json());
}

test('POST /predict, one text, many texts and a text that is cut', async () => {
  for (const inputs of ['Guten Morgen', ['I love it', 'I hate it']]) {
    const { model, predictions } = await answer(predictResponseSchema, '/predict', { inputs });
    expect(model.commit).toBe(PINNED);
    expect(predictions).toHaveLength(Array.isArray(inputs) ? inputs.length : 1);
  }
  const long = { inputs: 'word '.repeat(900) };
  const { predictions } = await answer(predictResponseSchema, '/predict', long);
  expect(predictions[0]?.truncated).toBe(true);
});

test('POST /predict, a bare array', async () => {
  expect(await answer(labelsResponseSchema, '/predict', ['I love it'])).toEqual(['positive']);
});

test('GET /model', async () => {
  const card = await answer(modelCardSchema, '/model');
  expect(card.commit).toBe(PINNED);
  expect(Object.keys(card.ingredients)).toEqual(
    expect.arrayContaining(['code', 'data', 'configuration', 'environment', 'model']),
  );
});

test('GET /healthz and /readyz', async () => {
  await answer(livenessSchema, '/healthz');
  await answer(readinessSchema, '/readyz');
});

test('GET /console/data, before and after traffic', async () => {
  await answer(consoleDataSchema, '/console/data');
  const inputs = ['Guten Morgen', 'What a wonderful day', 'I hate this'];
  const headers = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
  const response = await request('/predict', { inputs }, headers);
  const { predictions } = predictResponseSchema.parse(await response.json());
  const [first] = predictions;
  const feedback = { id: first?.id, label: first?.label };
  expect((await request('/feedback', feedback)).status).toBe(204);

  const data = await answer(consoleDataSchema, '/console/data');
  expect(data.predictions.slice(0, 3).map(({ id }) => id)).toEqual(
    predictions.map(({ id }) => id).reverse(),
  );
  expect(data.predictions[0]?.trace_id).toBe('a'.repeat(32));
  expect(data.feedback).toEqual({ [String(first?.label)]: { [String(first?.label)]: 1 } });
  expect(data.drift.features.map(({ feature }) => feature)).toContain('language');
});

test('GET /console/texts: the newest texts of the bins that are named', async () => {
  const inputs = ['Guten Morgen zusammen', 'Bonjour tout le monde', 'Good morning everyone'];
  expect((await request('/predict', { inputs })).status).toBe(200);
  const textsOf = async (query: string) => {
    const { predictions } = await answer(consoleTextsSchema, `/console/texts?${query}`);
    return predictions.map(({ input }) => input);
  };
  expect(await textsOf('feature=language&bin=fr')).toEqual([inputs[1]]);
  // Of one request, in any order.
  expect(new Set((await textsOf('feature=language&bin=de&bin=fr')).slice(0, 2))).toEqual(
    new Set(inputs.slice(0, 2)),
  );
  expect(await textsOf('feature=none&bin=de')).toEqual([]);
  expect(await textsOf('')).toEqual([]);
});

test('GET /console/fleet, without a Prometheus', async () => {
  expect(await answer(fleetHistorySchema, '/console/fleet?range=24h')).toEqual({ status: 'off' });
  expect(await answer(fleetHistorySchema, '/console/fleet')).toEqual({ status: 'off' });
  for (const range of ['2h', '__proto__', 'up%7B%7D', '1h&range=7d']) {
    expect((await request(`/console/fleet?range=${range}`)).status).toBe(404);
  }
});

test('GET /console/history…: commits, cards, changes, what is live', async () => {
  const { commits, pins } = await answer(modelHistorySchema, '/console/history');
  expect(commits).toHaveLength(HISTORY.length);
  expect(pins).toEqual([{ alias: 'production', commit: PINNED }]);
  expect(await answer(liveVersionsSchema, '/console/history/live')).toEqual({
    ...{ hasConsole: true, servers: [{ name: 'This server', commit: PINNED }] },
  });
  const card = await answer(versionCardSchema, `/console/history/${PINNED}`);
  expect(card.scores.map(({ name }) => name)).toContain('semeval-en/dev');
  const changes = await answer(versionChangesSchema, `/console/history/${PINNED}/changes`);
  expect(changes.old).toBe(card.parents[0]);
  const since = `/console/history/${MULTILINGUAL}/changes?since=${PINNED}`;
  expect((await answer(versionChangesSchema, since)).old).toBe(PINNED);
  for (const path of ['main', '0'.repeat(40), `${PINNED}/changes?since=main`, '..%2f..%2fetc']) {
    const response = await request(`/console/history/${path}`);
    expect([path, response.status]).toEqual([path, 404]);
    parseExactly(problemSchema, await response.json());
  }
});

test.each(['data', 'texts', 'fleet', 'history', 'history/live'])(
  'GET /console/%s requires the key',
  async (name) => {
    expect((await request(`/console/${name}`, undefined, { 'x-api-key': '' })).status).toBe(401);
  },
);

describe('a problem', () => {
  const noKey = { 'x-api-key': '' };
  test.each<[ProblemCode, ...Parameters<typeof request>]>([
    ['malformed-json', '/predict', '{'],
    ['invalid-body', '/predict', { input: 'text' }],
    ['empty-text', '/predict', { inputs: ' ' }],
    ['too-many-inputs', '/predict', { inputs: ['a', 'b', 'c', 'd'] }],
    ['text-too-long', '/predict', { inputs: 'x'.repeat(5001) }],
    ['unknown-label', '/feedback', { id: 'x', label: 'other' }],
    ['unknown-id', '/feedback', { id: 'x', label: 'neutral' }],
    ['unauthorized', '/predict', { inputs: 'text' }, noKey],
    ['forbidden', '/model', undefined, { 'x-api-key': 'another-key' }],
    ['not-found', '/nothing'],
    ['method-not-allowed', '/predict'],
    ['unsupported-media-type', '/predict', 'text', { 'content-type': 'text/plain' }],
    ['body-too-large', '/feedback', { id: 'x'.repeat(20_000), label: 'neutral' }],
  ])('%s', async (code, ...args) => {
    const response = await request(...args);
    const problem = parseExactly(problemSchema, await response.json());
    const [status, title] = PROBLEMS[code];
    expect(response.status).toBe(status);
    expect(problem).toMatchObject({ type: `/problems/${code}`, status, title });
  });
});
