/** The built server speaks the Open Inference Protocol in the shapes of the schemas, with the scores of `/predict`. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  inferResponseSchema,
  modelMetadataSchema,
  modelReadySchema,
  serverHealthSchema,
  serverMetadataSchema,
} from '../../src/api/open-inference.ts';
import { PINNED } from '../support/pinned.ts';
import { startServer, sum, type TestServer } from '../support/server.ts';

const MODEL = '/v2/models/tweet-sentiment';
const TEXTS = ['What a wonderful day', 'Guten Morgen', 'Das ist schlecht 😀'];

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ ACCESS_LOG: 'all', LOG_INPUT: 'full' });
});
afterAll(() => server?.stop());

async function read<T extends z.ZodType>(schema: T, path: string): Promise<z.infer<T>> {
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  const body = await response.json();
  const parsed = schema.parse(body);
  // A schema drops the fields that it does not know.
  expect(parsed).toEqual(body);
  return parsed;
}

function post(path: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string>) {
  return fetch(`${server.url}${path}`, { method: 'POST', headers, body });
}

const inputOf = (texts: readonly string[]) => ({
  ...{ name: 'text', shape: [texts.length], datatype: 'BYTES', data: texts },
});

async function infer(body: object, path = `${MODEL}/infer`) {
  const headers = { 'content-type': 'application/json' };
  const response = await post(path, JSON.stringify(body), headers);
  expect(response.status).toBe(200);
  return inferResponseSchema.parse(await response.json());
}

test.each([
  [serverMetadataSchema, '/v2'],
  [serverHealthSchema, '/v2/health/live'],
  [serverHealthSchema, '/v2/health/ready'],
  [modelMetadataSchema, MODEL],
  [modelMetadataSchema, `${MODEL}/versions/${PINNED}`],
  [modelReadySchema, `${MODEL}/ready`],
  [modelReadySchema, `${MODEL}/versions/${PINNED}/ready`],
])('%#: GET %s', async (schema, path) => {
  expect(await read(schema as z.ZodType, path)).toBeTruthy();
});

test('the outputs are those of the metadata, with the predictions of /predict', async () => {
  const { outputs, properties } = await read(modelMetadataSchema, MODEL);
  const answer = await infer({ id: 'a', inputs: [inputOf(TEXTS)] });
  expect(answer).toMatchObject({ id: 'a', model_name: 'tweet-sentiment', model_version: PINNED });
  expect(answer.outputs.map(({ name, datatype }) => [name, datatype])).toEqual(
    outputs.map(({ name, datatype }) => [name, datatype]),
  );
  for (const { name, shape, data } of answer.outputs) {
    const [, columns = 1] = outputs.find((output) => output.name === name)?.shape ?? [];
    expect(shape).toEqual(columns === 1 ? [3] : [3, columns]);
    expect(data).toHaveLength(3 * columns);
  }
  const { predictions } = (await (await server.predict({ inputs: TEXTS })).json()) as {
    predictions: {
      label: string;
      score: number;
      language: string;
      scores: Record<string, number>;
    }[];
  };
  const labels = JSON.parse(properties.labels as string) as string[];
  const dataOf = (output: string) => answer.outputs.find(({ name }) => name === output)?.data;
  expect(dataOf('label')).toEqual(predictions.map(({ label }) => label));
  expect(dataOf('score')).toEqual(predictions.map(({ score }) => score));
  expect(dataOf('language')).toEqual(predictions.map(({ language }) => language));
  expect(dataOf('scores')).toEqual(
    predictions.flatMap(({ scores }) => labels.map((label) => scores[label])),
  );
});

test('feedback accepts an id of the outputs', async () => {
  const { outputs } = await infer({ inputs: [inputOf(['fine'])], outputs: [{ name: 'id' }] });
  const body = JSON.stringify({ id: outputs[0]?.data?.[0], label: 'positive' });
  const response = await post('/feedback', body, { 'content-type': 'application/json' });
  expect(response.status).toBe(204);
});

test('a prediction has its line in the log; both paths are counted as one route that predicts', async () => {
  const text = 'counted twice 😀';
  const headers = {
    'content-encoding': 'gzip',
    'x-request-id': 'counted',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const before = sum(
    await server.metrics(),
    'http_requests_total',
    'route="/v2/models/:name/infer",status="200"',
  );
  const body = Buffer.from(gzipSync(JSON.stringify({ inputs: [inputOf([text])] })));
  expect((await post(`${MODEL}/infer`, body, headers)).status).toBe(200);
  expect((await post(`${MODEL}/versions/${PINNED}/infer`, body, headers)).status).toBe(200);
  const line = await server.eventually(
    ({ event, input }) => event === 'prediction' && input === text,
  );
  expect(line).toMatchObject({
    ...{ request_id: 'counted', trace_id: '0af7651916cd43dd8448eb211c80319c', commit: PINNED },
  });
  expect((await post(`${MODEL}/versions/1/infer`, body, headers)).status).toBe(404);
  const refused = await server.eventually(
    ({ event, status }) => event === 'request' && status === 404,
  );
  expect(refused).toMatchObject({ route: '/v2/models/:name/infer', problem: 'not-found' });
  const after = await server.metrics();
  const labels = 'method="POST",route="/v2/models/:name/infer"';
  expect(sum(after, 'http_requests_total', `${labels},status="200"`)).toBe(before + 2);
  expect(sum(after, 'http_requests_total', `${labels},status="404"`)).toBe(1);
  // It is answered with predictions, which have their lines.
  expect(
    server.lines.filter(
      ({ event, route, status }) =>
        event === 'request' && route === '/v2/models/:name/infer' && status === 200,
    ),
  ).toEqual([]);
});

test('binary data and a compressed answer, as Triton’s clients have them', async () => {
  const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`);
  const binary = Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.length);
      return [length, Buffer.from(text)];
    }),
  );
  const json = Buffer.from(
    JSON.stringify({
      parameters: { binary_data_output: true },
      inputs: [
        {
          ...{ name: 'text', shape: [40], datatype: 'BYTES' },
          parameters: { binary_data_size: binary.byteLength },
        },
      ],
    }),
  );
  const response = await post(`${MODEL}/infer`, Buffer.concat([json, binary]), {
    'inference-header-content-length': String(json.byteLength),
    'accept-encoding': 'gzip',
  });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length'));
  const { outputs } = inferResponseSchema.parse(JSON.parse(bytes.toString('utf8', 0, length)));
  const sizes = outputs.map(({ parameters }) => parameters?.binary_data_size ?? Number.NaN);
  expect(sizes.reduce((all, size) => all + size, length)).toBe(bytes.byteLength);
  const scores = bytes.subarray(length + (sizes[0] ?? 0));
  for (let index = 0; index < 40; index++) {
    const score = scores.readFloatLE(4 * index);
    expect(score).toBeGreaterThan(1 / 3);
    expect(score).toBeLessThanOrEqual(1);
  }
});
