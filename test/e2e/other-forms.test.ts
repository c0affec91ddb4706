/** Requests as others send them: Hugging Face's text classification, and batches with texts that can't be classified. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ClassesResponse,
  classesResponseSchema,
  type PredictResponse,
  partialResponseSchema,
} from '../../src/api/predict.ts';
import { PINNED } from '../support/pinned.ts';
import { startServer, sum, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ MAX_INPUTS: '4', MAX_CHARS: '100' });
});
afterAll(() => server.stop());

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const classesOf = async (path: string, body: unknown): Promise<ClassesResponse> => {
  const response = await post(path, body);
  expect(response.status).toBe(200);
  expect(response.headers.get('x-model-commit')).toBe(PINNED);
  return classesResponseSchema.parse(await response.json());
};
const detailOf = async (path: string, body: unknown): Promise<string> => {
  const response = await post(path, body);
  expect(response.status).toBe(400);
  return ((await response.json()) as { detail: string }).detail;
};

describe('Hugging Face’s form', () => {
  const inputs = ['What a wonderful day', 'I hate this'];
  let scores: Record<string, number>[];
  beforeAll(async () => {
    const { predictions } = (await (await post('/predict', { inputs })).json()) as PredictResponse;
    scores = predictions.map((prediction) => prediction.scores);
  });

  test.each([
    ['/predict', {}],
    ['/predict', { function_to_apply: 'softmax', top_k: null, truncation: true }],
    ['/', {}],
    ['/', undefined],
  ])(
    '%s with parameters %j has the scores of all labels, the best first',
    async (path, parameters) => {
      const found = await classesOf(path, { inputs, parameters });
      const expected = scores.map((of) =>
        Object.entries(of)
          .map(([label, score]) => ({ label, score }))
          .sort((a, b) => b.score - a.score),
      );
      expect(found).toEqual(expected);
    },
  );

  test('one text has one list', async () => {
    const [classes, ...others] = await classesOf('/', { inputs: inputs[0] });
    expect([classes?.[0]?.label, others]).toEqual(['positive', []]);
  });

  test('top_k: the best labels', async () => {
    const best = await classesOf('/predict', { inputs, parameters: { top_k: 1 } });
    expect(best.map((classes) => classes.map(({ label }) => label))).toEqual([
      ['positive'],
      ['negative'],
    ]);
    const more = await classesOf('/predict', { inputs, parameters: { top_k: 99 } });
    expect(more.map((classes) => classes.length)).toEqual([3, 3]);
  });

  test('function_to_apply: none has the logits, whose softmax are the scores; sigmoid is of them', async () => {
    const none = await classesOf('/', { inputs, parameters: { function_to_apply: 'none' } });
    const sigmoid = await classesOf('/', { inputs, parameters: { function_to_apply: 'sigmoid' } });
    for (const [index, classes] of none.entries()) {
      const exps = classes.map(({ score }) => Math.exp(score));
      const total = exps.reduce((all, each) => all + each, 0);
      // Not by chance logarithms of the scores.
      expect(total).not.toBeCloseTo(1, 2);
      for (const [at, { label, score }] of classes.entries()) {
        expect((exps[at] as number) / total).toBeCloseTo(scores[index]?.[label] as number, 4);
        const found = sigmoid[index]?.find((each) => each.label === label)?.score;
        expect(found).toBeCloseTo(1 / (1 + Math.exp(-score)), 5);
      }
    }
  });

  test.each<[string, unknown, string]>([
    [
      '/predict',
      { inputs: 'x', parameters: { max_length: 12 } },
      'Unrecognized key: "max_length"; parameters may have top_k, function_to_apply, truncation',
    ],
    [
      '/predict',
      { inputs: 'x', parameters: { top_k: 0 } },
      'parameters.top_k: expected an integer of 1 or more',
    ],
    [
      '/predict',
      { inputs: 'x', parameters: { top_k: '1' } },
      'parameters.top_k: expected an integer of 1 or more',
    ],
    [
      '/predict',
      { inputs: 'x', parameters: { function_to_apply: 'tanh' } },
      'parameters.function_to_apply: expected one of softmax, sigmoid, none',
    ],
    [
      '/predict',
      { inputs: 'x', parameters: { truncation: false } },
      'parameters.truncation: expected true: a text that is longer than the window of the model is cut',
    ],
    [
      '/',
      { inputs: { text: 'x' } },
      'inputs: expected a text or an array of texts; expected {"inputs": "text", "parameters": {…}} or {"inputs": ["text", …], "parameters": {…}}',
    ],
    [
      '/',
      ['x'],
      'A bare array has labels only; expected {"inputs": "text", "parameters": {…}} or {"inputs": ["text", …], "parameters": {…}}',
    ],
    [
      '/predict',
      { inputs: 'x', options: {} },
      'Unrecognized key: "options"; expected {"inputs": "text"}, {"inputs": ["text", …]} or ["text", …]',
    ],
  ])('%s %j: %s', async (path, body, detail) => {
    expect(await detailOf(path, body)).toBe(detail);
  });

  test('null is no parameter object', async () => {
    const detail = await detailOf('/predict', { inputs: 'x', parameters: null });
    expect(detail).toBe('parameters: expected an object');
  });

  test('is counted as a request of /predict, and logged as others are', async () => {
    const before = await server.metrics();
    await classesOf('/', { inputs: ['x', 'y'] });
    const after = await server.metrics();
    const added = (name: string, labels = ''): number =>
      sum(after, name, labels) - sum(before, name, labels);
    const labels = 'method="POST",route="/predict",status="200"';
    expect(added('http_requests_total', labels)).toBe(1);
    expect(added('http_requests_total', 'route="/"')).toBe(0);
    expect(added('classifier_predictions_total')).toBe(2);
    expect(added('prediction_log_lines_total')).toBe(2);
  });
});

describe('partial=1', () => {
  const partial = async (inputs: unknown, query = '?partial=1') => {
    const response = await post(`/predict${query}`, { inputs });
    expect(response.status).toBe(200);
    return partialResponseSchema.parse(await response.json());
  };

  test('has the problems of texts in their places, and the predictions of the others', async () => {
    const before = await server.metrics();
    const { model, predictions } = await partial(['What a wonderful day', ' ', 7, 'x'.repeat(101)]);
    expect(model).toEqual({ name: 'tweet-sentiment', commit: PINNED });
    expect(predictions).toMatchObject([
      { label: 'positive', id: expect.any(String) },
      {
        error: {
          type: '/problems/empty-text',
          status: 400,
          detail: 'Text 1 is empty or blank; it needs at least one character',
        },
      },
      { error: { type: '/problems/invalid-body', status: 400, detail: 'Text 2 is no text' } },
      {
        error: {
          type: '/problems/text-too-long',
          detail: 'Text 3 has 101 characters, at most 100 are allowed',
        },
      },
    ]);
    const after = await server.metrics();
    const added = (name: string): number => sum(after, name) - sum(before, name);
    expect(added('classifier_predictions_total')).toBe(1);
    expect(added('prediction_log_lines_total')).toBe(1);
  });

  test('has nothing but problems where no text can be classified', async () => {
    const { model, predictions } = await partial('');
    expect(model.commit).toBe(PINNED);
    expect(predictions).toEqual([{ error: expect.objectContaining({ status: 400 }) }]);
  });

  test('is as without it where every text can be classified, or it is 0', async () => {
    const { predictions } = await partial(['a', 'b']);
    expect(predictions.every((each) => 'label' in each)).toBe(true);
    expect((await post('/predict?partial=0', { inputs: ['a', ''] })).status).toBe(400);
  });

  test.each<[string, unknown, string]>([
    ['?partial=yes', { inputs: 'x' }, 'partial: expected 0 or 1'],
    ['?partial=1&partial=0', { inputs: 'x' }, 'partial: expected 0 or 1'],
    [
      '?partial=1',
      ['x'],
      'A bare array has labels only; with partial=1, expected {"inputs": "text"} or {"inputs": ["text", …]}',
    ],
    [
      '?partial=1',
      { inputs: 'x', parameters: {} },
      'Unrecognized key: "parameters"; with partial=1, expected {"inputs": "text"} or {"inputs": ["text", …]}',
    ],
    [
      '?partial=1',
      { inputs: [] },
      'There is no text; with partial=1, expected {"inputs": "text"} or {"inputs": ["text", …]}',
    ],
    [
      '?partial=1',
      {},
      'inputs: expected a text or an array of texts; with partial=1, expected {"inputs": "text"} or {"inputs": ["text", …]}',
    ],
    [
      '?partial=1',
      { inputs: ['', '', '', '', ''] },
      'At most 4 texts are allowed in a request, found 5',
    ],
  ])('%s %j: %s', async (query, body, detail) => {
    expect(await detailOf(`/predict${query}`, body)).toBe(detail);
  });
});
