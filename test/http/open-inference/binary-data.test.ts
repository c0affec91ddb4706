/** Binary tensor data: in, out, and what is wrong with them. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, serving } from '../../support/app.ts';
import {
  binaryInput,
  classify,
  LABELS,
  postBinaryTo,
  postTo,
  rawBytes,
  stats,
  TEXT,
} from '../../support/infer.ts';

let app: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  app = createTestApp(await serving({ classify, labels: LABELS, stats: stats(1) }));
});

const post = (body: Parameters<typeof postTo>[1], headers?: Record<string, string>) =>
  postTo(app, body, headers);
const withBinary = (json: object, binary: Buffer, jsonLength?: string) =>
  postBinaryTo(app, json, binary, jsonLength);

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
