/** JSON bodies of infer, those that real clients do not send among them. */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseInferBody } from '../../../src/http/open-inference/infer-body.ts';
import { COMMIT, createTestApp, serving } from '../../support/app.ts';
import { classify, LABELS, postTo, stats, TEXT } from '../../support/infer.ts';

let app: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  app = createTestApp(await serving({ classify, labels: LABELS, stats: stats(1) }));
});

const post = (body: Parameters<typeof postTo>[1], headers?: Record<string, string>) =>
  postTo(app, body, headers);

test('all outputs of two texts, in the order of the texts and of the labels', async () => {
  const inputs = [{ ...TEXT, shape: [2], data: ['xxxxxxxxx', 'x'] }];
  const { status, body, headers } = await post({ id: '42', inputs });
  expect(status).toBe(200);
  expect(body).toEqual({
    ...{ model_name: 'm', model_version: COMMIT, id: '42' },
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['a', 'b'] },
      { name: 'score', datatype: 'FP32', shape: [2], data: [0.9, 0.9] },
      { name: 'scores', datatype: 'FP32', shape: [2, 2], data: [0.1, 0.9, 0.9, 0.1] },
      { name: 'language', datatype: 'BYTES', shape: [2], data: ['en', 'en'] },
      { name: 'truncated', datatype: 'BOOL', shape: [2], data: [true, false] },
      { name: 'id', datatype: 'BYTES', shape: [2], data: [expect.any(String), expect.any(String)] },
    ],
  });
  expect(headers['x-model-commit']).toBe(COMMIT);
});

test('without an id, the answer has the request id', async () => {
  const { body } = await post({ inputs: [TEXT] }, { 'x-request-id': 'r-1' });
  expect(body.id).toBe('r-1');
});

test('fields that are null are left out, and fields that are not known are ignored', async () => {
  const none = { id: null, parameters: null, outputs: null };
  const input = { ...TEXT, parameters: { content_type: 'str' } };
  const { status } = await post({ ...none, model_name: 'm', inputs: [{ ...input, extra: 1 }] });
  expect(status).toBe(200);
});

const EXPECTED =
  'expected {"inputs": [{"name": "text", "shape": [n], "datatype": "BYTES", "data": […]}]}';
test.each<[string, unknown]>([
  [`expected an object; ${EXPECTED}`, []],
  [`inputs: expected an array; ${EXPECTED}`, {}],
  [`inputs: expected an array; ${EXPECTED}`, { inputs: 'text' }],
  [`inputs.0: expected an object; ${EXPECTED}`, { inputs: [1] }],
  [`inputs.0.name: expected a string; ${EXPECTED}`, { inputs: [{ ...TEXT, name: 1 }] }],
  [
    `inputs.0.shape.0: expected a whole number; ${EXPECTED}`,
    { inputs: [{ ...TEXT, shape: [0.5] }] },
  ],
  [
    `inputs.0.shape.0: expected a number of 0 or more; ${EXPECTED}`,
    { inputs: [{ ...TEXT, shape: [-1] }] },
  ],
  [
    `inputs.0.data.0: expected a text, or an array of one text; ${EXPECTED}`,
    { inputs: [{ ...TEXT, data: [1] }] },
  ],
  [`id: expected a string; ${EXPECTED}`, { id: 1, inputs: [TEXT] }],
  [
    `parameters.p: expected a string, a number or a boolean; ${EXPECTED}`,
    { inputs: [TEXT], parameters: { p: [] } },
  ],
  [
    'binary_data_output must be true or false',
    { inputs: [TEXT], parameters: { binary_data_output: 1 } },
  ],
  [`outputs.0: expected an object; ${EXPECTED}`, { inputs: [TEXT], outputs: ['label'] }],
  [
    'At most 16 outputs are allowed, found 17',
    { inputs: [TEXT], outputs: Array(17).fill({ name: 'id' }) },
  ],
  ['At most 16 inputs are allowed, found 17', { inputs: Array(17).fill(TEXT) }],
  [
    'At most 16 dimensions in a shape are allowed, found 17',
    { inputs: [{ ...TEXT, shape: Array(17).fill(1) }] },
  ],
  [
    'At most 64 texts are allowed in a request, found 65',
    { inputs: [{ ...TEXT, data: Array(65).fill('x') }] },
  ],
  [
    'The text is empty or blank; it needs at least one character',
    { inputs: [{ ...TEXT, data: [' '] }] },
  ],
  [
    'The datatype of text must be BYTES, found "FP32"',
    { inputs: [{ ...TEXT, datatype: 'FP32', data: [1] }] },
  ],
  ['Unknown input "t"; the input of the model is "text"', { inputs: [{ ...TEXT, name: 't' }] }],
])('400 %s', async (error, sent) => {
  const { status, body, headers } = await post(sent as object);
  expect([status, body]).toEqual([400, { error }]);
  expect(headers['content-type']).toBe('application/json');
});

describe('a body that is larger than what is parsed without a look at it', () => {
  const nested = (count: number) => ({
    inputs: [{ ...TEXT, shape: [count, 1], data: Array(count).fill(['x'.repeat(90)]) }],
  });
  const read = (json: object) => {
    const body = Buffer.from(JSON.stringify(json));
    expect(body.byteLength).toBeGreaterThan(16 * 1024);
    return parseInferBody(body, undefined, { maxInputs: 200, maxChars: 100 });
  };

  test('may have an array for each text', () => {
    expect(read(nested(200)).inputs[0]?.data).toHaveLength(200);
  });

  test('may have no more', () => {
    expect(() => read(nested(300))).toThrow('The body has more than 264 arrays and objects');
  });
});

describe('media types', () => {
  const json = JSON.stringify({ inputs: [TEXT] });

  test('JSON may be sent as application/octet-stream, as Triton’s client for asyncio does', async () => {
    expect((await post(json)).status).toBe(200);
  });

  test('others are refused', async () => {
    const { status, body } = await post(json, { 'content-type': 'text/plain' });
    const error = 'The body must be application/json or application/octet-stream, found text/plain';
    expect([status, body]).toEqual([415, { error }]);
  });

  test('a body of more than MAX_BODY is refused, also compressed', async () => {
    const body = gzipSync(JSON.stringify({ inputs: [{ ...TEXT, data: ['x'.repeat(20_000)] }] }));
    const { status, body: answer } = await post(body, { 'content-encoding': 'gzip' });
    const error = 'The body is too large; at most 10000 bytes are allowed';
    expect([status, answer]).toEqual([413, { error }]);
  });
});

test('large answers are compressed where the client accepts it', async () => {
  const inputs = [{ ...TEXT, shape: [64], data: Array(64).fill('x') }];
  const plain = await post({ inputs }, { 'accept-encoding': 'identity' });
  expect(plain.headers).not.toHaveProperty('content-encoding');
  for (const encoding of ['gzip', 'deflate']) {
    const { headers, body } = await post({ inputs }, { 'accept-encoding': encoding });
    expect(headers['content-encoding']).toBe(encoding);
    expect(Number(headers['content-length'])).toBeLessThan(Number(plain.headers['content-length']));
    expect(body.outputs[1]).toEqual(plain.body.outputs[1]);
  }
  const small = await post({ inputs: [TEXT] }, { 'accept-encoding': 'gzip' });
  expect(small.headers).not.toHaveProperty('content-encoding');
});

test('an answer depends on what the client accepts, and on its origin where others are allowed', async () => {
  expect((await post({ inputs: [TEXT] })).headers.vary).toBe('accept-encoding');
  const origin = 'https://app.example.com';
  const manager = await serving({ classify, labels: LABELS });
  const target = createTestApp(manager, {}, [], [], { corsOrigins: [origin] });
  const { headers } = await postTo(target, { inputs: [TEXT] }, { origin });
  expect(headers.vary).toBe('Origin, accept-encoding');
  expect(headers['access-control-expose-headers']).toContain('inference-header-content-length');
});
