/** The Open Inference Protocol over HTTP, with bodies and states that real clients do not bring it into. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import request from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseInferBody } from '../../src/http/open-inference/infer-body.ts';
import type { Answer } from '../../src/inference/classifier.ts';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createManager } from '../../src/serving/manager.ts';
import { CANDIDATE, COMMIT, createTestApp, serving } from '../support/app.ts';

const LABELS = ['b', 'a'];
const INFER = '/v2/models/m/infer';
const TEXT = { name: 'text', shape: [1], datatype: 'BYTES', data: ['x'] };

/** The score of `a` is a tenth of a text's length. */
async function classify(texts: readonly string[]): Promise<Answer[]> {
  return texts.map((text) => {
    const a = text.length / 10;
    const [label, score] = a > 0.5 ? ['a', a] : ['b', 1 - a];
    const scores = { b: 1 - a, a };
    const language = { language: 'en', languageConfidence: 1 };
    const facts = { tokens: 3, unknownRatio: 0, truncated: text.length > 8, topic: undefined };
    return {
      classification: {
        label: label as string,
        score: score as number,
        scores,
        ...language,
        ...facts,
      },
      cached: false,
    };
  });
}

const stats = (idle: number) => () => ({
  queueLength: 0,
  queueCapacity: 1,
  workers: { starting: 1, idle, busy: 0 },
});

let app: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  app = createTestApp(await serving({ classify, labels: LABELS, stats: stats(1) }));
});

function post(body: string | Buffer | object, headers: Record<string, string> = {}) {
  const sent = request(app).post(INFER).set(headers);
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  return isJson
    ? sent.send(body)
    : sent.set({ 'content-type': 'application/octet-stream', ...headers }).send(body);
}

/** A request whose JSON is followed by `binary`. */
function withBinary(json: object, binary: Buffer, jsonLength?: string) {
  const head = Buffer.from(JSON.stringify(json));
  return post(Buffer.concat([head, binary]), {
    'inference-header-content-length': jsonLength ?? String(head.byteLength),
  });
}

function rawBytes(...texts: readonly string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  });
  return Buffer.concat(parts);
}

const binaryInput = (size: number | string, shape = [1]) => ({
  inputs: [{ name: 'text', shape, datatype: 'BYTES', parameters: { binary_data_size: size } }],
});

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

describe('binary data', () => {
  test('in and out, one output of them in JSON', async () => {
    const input = binaryInput(rawBytes('xx', 'ü').byteLength, [2, 1]);
    const outputs = [{ name: 'label' }, { name: 'score', parameters: { binary_data: false } }];
    const body = { ...input, outputs, parameters: { binary_data_output: true } };
    const response = await withBinary(body, rawBytes('xx', 'ü')).responseType('blob');
    expect(response.headers['content-type']).toBe('application/octet-stream');
    const length = Number(response.headers['inference-header-content-length']);
    expect(JSON.parse(response.body.subarray(0, length)).outputs).toEqual([
      { name: 'label', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 10 } },
      { name: 'score', datatype: 'FP32', shape: [2], data: [0.8, 0.9] },
    ]);
    expect(response.body.subarray(length)).toEqual(rawBytes('b', 'b'));
  });

  test('a body without JSON is one text', async () => {
    const headers = { 'inference-header-content-length': '0' };
    const response = await post('xxxxxx', headers).responseType('blob');
    const length = Number(response.headers['inference-header-content-length']);
    const { outputs } = JSON.parse(response.body.subarray(0, length));
    expect(outputs[0]).toEqual({
      ...{ name: 'label', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 5 } },
    });
    expect(response.body.subarray(length, length + 5)).toEqual(rawBytes('a'));
  });

  const size = rawBytes('x').byteLength;
  test.each<[string, () => PromiseLike<{ status: number; body: { error: string } }>]>([
    [
      'binary_data_size of "text" is 6, and the body has 5 bytes for it',
      () => withBinary(binaryInput(size + 1), rawBytes('x')),
    ],
    [
      'The body has 1 bytes that belong to no input',
      () => withBinary(binaryInput(size), Buffer.concat([rawBytes('x'), Buffer.of(0)])),
    ],
    [
      'binary_data_size of "text" is 9007199254740991, and the body has 5 bytes for it',
      () => withBinary(binaryInput(Number.MAX_SAFE_INTEGER), rawBytes('x')),
    ],
    [
      'binary_data_size of "text" must be a number of bytes',
      () => withBinary(binaryInput(-1), rawBytes('x')),
    ],
    [
      'binary_data_size of "text" must be a number of bytes',
      () => withBinary(binaryInput('5'), rawBytes('x')),
    ],
    [
      'binary_data_size needs the header inference-header-content-length',
      () => post(binaryInput(size)),
    ],
    [
      'The input "text" has neither data nor binary_data_size',
      () => post({ inputs: [{ ...TEXT, data: undefined }] }),
    ],
    [
      'The input "text" has both data and binary_data_size',
      () =>
        withBinary({ inputs: [{ ...binaryInput(size).inputs[0], data: ['x'] }] }, rawBytes('x')),
    ],
    [
      'inference-header-content-length must be the size of the JSON in bytes, 0 to the 2 of the body; found "3"',
      () => post('{}', { 'inference-header-content-length': '3' }),
    ],
    [
      'inference-header-content-length must be the size of the JSON in bytes, 0 to the 2 of the body; found "-1"',
      () => post('{}', { 'inference-header-content-length': '-1' }),
    ],
    [
      'inference-header-content-length must be the size of the JSON in bytes, 0 to the 2 of the body; found "2, 2"',
      () => post('{}', { 'inference-header-content-length': '2, 2' }),
    ],
    [
      'BYTES: the length of element 0 is 255, and 1 bytes follow it',
      () => withBinary(binaryInput(5), Buffer.of(255, 0, 0, 0, 0x78)),
    ],
    [
      'Element 0 of text has bytes that are not UTF-8',
      () => withBinary(binaryInput(5), Buffer.of(1, 0, 0, 0, 0xff)),
    ],
  ])('%s', async (error, send) => {
    const { status, body } = await send();
    expect([status, body]).toEqual([400, { error }]);
  });

  test('any bytes are answered with predictions or with a 400', async () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
    const binaries = fc.uint8Array({ maxLength: 12 });
    const lengths = fc.option(fc.nat({ max: 200 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        shapes,
        binaries,
        lengths,
        fc.nat({ max: 12 }),
        async (shape, bytes, length, claimed) => {
          const json = binaryInput(claimed, shape);
          const { status } = await withBinary(json, Buffer.from(bytes), length?.toString());
          expect([200, 400]).toContain(status);
        },
      ),
      { numRuns: 200 },
    );
  });
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

describe('the model and its version', () => {
  const PATHS = ['', '/ready', '/infer'];
  const send = (target: typeof app, path: string) =>
    path.endsWith('/infer')
      ? request(target)
          .post(path)
          .send({ inputs: [TEXT] })
      : request(target).get(path);

  test.each(PATHS)('are those of the path: %s', async (path) => {
    expect((await send(app, `/v2/models/m${path}`)).status).toBe(200);
    expect((await send(app, `/v2/models/m/versions/${COMMIT}${path}`)).status).toBe(200);
    const unknown = await send(app, `/v2/models/other${path}`);
    const error = 'There is no model "other" here, only m';
    expect([unknown.status, unknown.body]).toEqual([404, { error }]);
    const old = await send(app, `/v2/models/m/versions/1${path}`);
    expect([old.status, old.body.error]).toEqual([
      404,
      `Version "1" of m does not serve; the version is the full SHA of the commit that serves, ${COMMIT}, or left out`,
    ]);
  });

  test.each(PATHS)('a candidate is not ready: %s', async (path) => {
    const { status, body } = await send(app, `/v2/models/m/versions/${CANDIDATE}${path}`);
    const error = `Version ${CANDIDATE} is a candidate: it answers no request`;
    const ready = path === '/ready' ? { name: 'm', ready: false } : {};
    expect([status, body]).toEqual([503, { ...ready, error }]);
  });

  test.each(PATHS)('a version that is being loaded is not ready: %s', async (path) => {
    const loading = createTestApp(createManager(COMMIT));
    for (const version of ['', `/versions/${COMMIT}`]) {
      const { status, body, headers } = await send(loading, `/v2/models/m${version}${path}`);
      expect([status, body.error]).toEqual([503, `Model ${COMMIT} is being loaded and checked`]);
      expect(headers['retry-after']).toBe('1');
    }
  });
});

describe('health', () => {
  test('is live and ready', async () => {
    for (const kind of ['live', 'ready']) {
      const { status, body } = await request(app).get(`/v2/health/${kind}`);
      expect([status, body]).toEqual([200, { live: true, ready: true }]);
    }
  });

  test('is live and not ready without a living worker', async () => {
    const dead = createTestApp(await serving({ stats: stats(0) }));
    const live = await request(dead).get('/v2/health/live');
    expect([live.status, live.body]).toEqual([200, { live: true, ready: false }]);
    const ready = await request(dead).get('/v2/health/ready');
    const error = 'Every worker has died and is being replaced';
    expect([ready.status, ready.body]).toEqual([503, { live: true, ready: false, error }]);
  });
});

describe('errors are {"error"}', () => {
  test.each([
    ['get', '/v2/models', 404],
    ['post', '/v2/repository/index', 404],
    ['get', '/v2/models/m/config', 404],
    ['get', INFER, 405],
    ['post', '/v2', 405],
  ] as const)('%s %s: %d', async (method, path, expected) => {
    const { status, body } = await request(app)[method](path);
    expect([status, body]).toEqual([expected, { error: expect.any(String) }]);
  });

  test.each([
    ['queue-full', 429],
    ['would-wait-too-long', 429],
    ['closed', 503],
    ['worker-crashed', 500],
  ] as const)('%s: %d', async (code, expected) => {
    const data = { retryAfterSeconds: 7 };
    const failing = () => Promise.reject(new ClassifierError(code, 'no', { data }));
    const target = createTestApp(await serving({ classify: failing, labels: LABELS }));
    const { status, body, headers } = await request(target)
      .post(INFER)
      .send({ inputs: [TEXT] });
    expect([status, body]).toEqual([expected, { error: expect.any(String) }]);
    expect(headers['retry-after']).toBe(expected === 429 ? '7' : undefined);
  });

  test('a request without the key is refused; probes need none', async () => {
    const manager = await serving({ classify, labels: LABELS, stats: stats(1) });
    const target = createTestApp(manager, {}, ['a-known-key']);
    const { status, body, headers } = await request(target)
      .post(INFER)
      .send({ inputs: [TEXT] });
    expect([status, body]).toEqual([401, { error: expect.stringContaining('Bearer <key>') }]);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect((await request(target).get('/v2/models/m')).status).toBe(401);
    for (const path of ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/m/ready']) {
      expect.soft((await request(target).get(path)).status, path).toBe(200);
    }
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
