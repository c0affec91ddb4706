import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PINNED } from '../support/pinned.ts';
import { ROOT, startServer, sum, type TestServer } from '../support/server.ts';

interface Prediction {
  id: string;
  label: string;
  score: number;
  scores: Record<string, number>;
  language: string;
  truncated?: boolean;
}
interface Answer {
  model: { name: string; commit: string };
  predictions: Prediction[];
}

let server: TestServer;
beforeAll(async () => {
  // On a busy machine no answer may be missing, and none may come from the cache.
  server = await startServer({ WORKERS: '2', REQUEST_TIMEOUT_MS: '100000', CACHE_SIZE: '0' });
});
afterAll(() => server.stop());

async function predict(inputs: string | string[]): Promise<Answer> {
  const response = await server.predict({ inputs });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

describe('POST /predict', () => {
  test('one text: label, scores, language and the commit that produced them', async () => {
    const { model, predictions } = await predict('What a wonderful day, I love it!');
    expect(model).toEqual({ name: 'tweet-sentiment', commit: PINNED });
    const [prediction] = predictions as [Prediction];
    expect(prediction).toMatchObject({ label: 'positive', language: 'en' });
    expect(Object.keys(prediction.scores)).toEqual(['negative', 'neutral', 'positive']);
    expect(prediction.score).toBe(prediction.scores.positive);
    expect(Object.values(prediction.scores).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(prediction).not.toHaveProperty('truncated');
  });

  test('many texts: one prediction each, in order, with ids of their own', async () => {
    const { predictions } = await predict(['I hate this so much', 'Guten Morgen', 'I love you']);
    expect(predictions.map(({ label }) => label)).toEqual([
      'negative',
      expect.any(String),
      'positive',
    ]);
    expect(predictions[1]?.language).toBe('de');
    expect(new Set(predictions.map(({ id }) => id)).size).toBe(3);
  });

  test('a bare array of texts gives a bare array of labels', async () => {
    const response = await server.predict(['I love you', 'I hate this so much']);
    expect(await response.json()).toEqual(['positive', 'negative']);
  });

  test('who is mentioned and what is linked makes no difference', async () => {
    const { predictions } = await predict([
      '@jack look https://t.co/x',
      '@user look http',
      '@A_very_Long1 look http://example.com/a?b=c#d',
    ]);
    const [first, ...others] = predictions.map(({ scores }) => scores);
    expect(others).toEqual([first, first]);
  });

  test('a text longer than the window is cut, and marked as truncated', async () => {
    const { predictions } = await predict(['word '.repeat(2000), 'short']);
    expect(predictions.map(({ truncated }) => truncated)).toEqual([true, undefined]);
  });

  test.each([
    ['a lone surrogate', 'good \ud83d morning'],
    ['control characters', 'good\u0000\u0007morning'],
    ['right-to-left text', 'صباح الخير'],
    ['one character', '!'],
    ['a special token of the tokenizer', '[SEP] [CLS] [PAD] [MASK]'],
    ['ten thousand characters', 'é'.repeat(10_000)],
    ['a character beyond the BMP, ten thousand times', '😀'.repeat(10_000)],
  ])('takes %s', async (_, text) => {
    const { predictions } = await predict(text);
    expect(predictions).toHaveLength(1);
  });
});

describe('every answer', () => {
  test('carries the request’s own id, if it is sane', async () => {
    const response = await server.predict({ inputs: 'x' }, { 'x-request-id': 'abc-1:2/3' });
    expect(response.headers.get('x-request-id')).toBe('abc-1:2/3');
    expect(response.headers.get('x-model-commit')).toBe(PINNED);
  });

  test.each([['x'.repeat(129)], ['a b'], ['"quoted"'], ['ü']])('else another: %j', async (id) => {
    const response = await fetch(`${server.url}/healthz`, {
      headers: { 'x-request-id': Buffer.from(id).toString('latin1') },
    });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('carries the commit even when there is nothing', async () => {
    const response = await fetch(`${server.url}/nothing`);
    expect(response.headers.get('x-model-commit')).toBe(PINNED);
  });
});

test('GET /healthz and /readyz', async () => {
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
    status: 'ready',
    model: { name: 'tweet-sentiment', commit: PINNED },
  });
});

describe('GET /model', () => {
  test('returns what is served and what it was made of', async () => {
    const model = (await (await fetch(`${server.url}/model`)).json()) as Record<string, unknown>;
    expect(model).toMatchObject({
      name: 'tweet-sentiment',
      commit: PINNED,
      message: expect.any(String),
      author: { name: expect.any(String) },
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      parents: expect.any(Array),
      loadedAt: expect.any(String),
      labels: ['negative', 'neutral', 'positive'],
      ingredients: {
        model: expect.arrayContaining([
          {
            path: 'model.onnx',
            size: expect.any(Number),
            digest: expect.stringMatching(/^sha256:/),
          },
        ]),
      },
    });
  });

  test('and hands out each file', async () => {
    const response = await fetch(`${server.url}/model/files/config.json`);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(
      readFileSync(join(ROOT, 'models/tweet-sentiment', PINNED, 'config.json')),
    );
  });

  test.each(['nothing.json', '..%2f..%2fPINNED', '%2e%2e/PINNED', 'commit.json', 'code'])(
    'but not %s',
    async (path) => {
      const response = await fetch(`${server.url}/model/files/${path}`);
      expect(response.status).toBe(404);
      expect(((await response.json()) as { type: string }).type).toBe('/problems/not-found');
    },
  );
});

test('metrics count exactly what was sent', async () => {
  const before = await server.metrics();
  const difference = (after: Map<string, number>, name: string, labels = ''): number =>
    sum(after, name, labels) - sum(before, name, labels);

  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      predict([`Das ist sehr schön heute, ${i}`, `number ${i}`]),
    ),
  );
  await server.predict('{');
  await fetch(`${server.url}/nothing`);
  const after = await server.metrics();

  expect(difference(after, 'http_requests_total', 'route="/predict",status="200"')).toBe(40);
  expect(difference(after, 'http_requests_total', 'route="/predict",status="400"')).toBe(1);
  expect(difference(after, 'http_requests_total', 'route="none",status="404"')).toBe(1);
  expect(difference(after, 'http_requests_total', 'route="/metrics"')).toBe(1);
  // Refusals are fast, and in no histogram.
  expect(difference(after, 'http_request_duration_seconds_count', 'route="/predict"')).toBe(40);
  expect(difference(after, 'classifier_predictions_total')).toBe(80);
  expect(difference(after, 'classifier_predictions_total', 'language="de"')).toBe(40);
  expect(difference(after, 'classifier_prediction_score_count')).toBe(80);
  expect(difference(after, 'classifier_input_tokens_count')).toBe(80);
  expect(difference(after, 'classifier_queue_duration_seconds_count')).toBe(80);
  expect(difference(after, 'classifier_batch_size_sum')).toBe(80);
  expect(difference(after, 'prediction_log_lines_total')).toBe(80);
  expect(after.get('http_requests_in_progress')).toBe(1);
  expect(sum(after, 'classifier_model_info', `commit="${PINNED}"`)).toBe(1);
  expect(after.get('classifier_model_loads_total{result="success"}')).toBe(1);
});

describe('the prediction log', () => {
  test('has one line for each prediction, with what an engineer needs', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const response = await server.predict(
      { inputs: ['@jack mail me: ann@example.com', 'Guten Morgen'] },
      { 'x-request-id': 'log-test', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    );
    const { predictions } = (await response.json()) as Answer;
    const linesOfRequest = () => server.lines.filter(({ request_id }) => request_id === 'log-test');
    await server.eventually(() => linesOfRequest().length === 2);
    const lines = linesOfRequest();
    expect(Object.keys(lines[0]!)).toEqual(
      'timestamp level event request_id trace_id id model commit input input_cut label score scores language language_confidence tokens unknown_ratio truncated topic cached latency_ms'.split(
        ' ',
      ),
    );
    expect(lines[0]).toMatchObject({
      level: 'info',
      event: 'prediction',
      trace_id: traceId,
      id: predictions[0]?.id,
      model: 'tweet-sentiment',
      commit: PINNED,
      input: '@user mail me: <email>',
      label: predictions[0]?.label,
      score: predictions[0]?.score,
      scores: predictions[0]?.scores,
      truncated: false,
      cached: false,
    });
    expect(lines[1]).toMatchObject({ input: 'Guten Morgen', language: 'de' });
  });
});

/** How far scores of one text may differ between two answers. */
const TOLERANCE = 1e-4;

test('1,000 concurrent requests of mixed size: each text has the scores that it has alone', async () => {
  const words = 'good bad awful great the a very not day night film song rain sun ! ? #wow'.split(
    ' ',
  );
  const text = (i: number): string =>
    Array.from(
      { length: 1 + ((i * 7) % 40) },
      (_, k) => words[(i * 31 + k * k) % words.length],
    ).join(' ');
  const texts = Array.from({ length: 300 }, (_, i) => text(i));
  const alone = new Map<string, Record<string, number>>();
  for (const input of texts) {
    alone.set(input, (await predict(input)).predictions[0]!.scores);
  }
  await Promise.all(
    Array.from({ length: 1000 }, async (_, request) => {
      const size = 1 + (request % 5);
      const inputs = Array.from({ length: size }, (_, k) => texts[(request * 17 + k * 5) % 300]!);
      const { predictions } = await predict(inputs);
      inputs.forEach((input, at) => {
        for (const [label, score] of Object.entries(alone.get(input)!)) {
          const difference = (predictions[at]?.scores[label] ?? Number.NaN) - score;
          expect(Math.abs(difference)).toBeLessThanOrEqual(TOLERANCE);
        }
      });
    }),
  );
});
