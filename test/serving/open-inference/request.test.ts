/** Tensors of the Open Inference Protocol: texts in, names of outputs, raw data in both directions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRawData, splitRawBytes } from '../../../src/serving/open-inference/raw-data.ts';
import {
  type InputTensor,
  readTexts,
  selectOutputs,
} from '../../../src/serving/open-inference/request.ts';
import type { ProblemError } from '../../../src/serving/problem.ts';

const LIMITS = { maxInputs: 3, maxChars: 10 };
const TEXT: InputTensor = {
  name: 'text',
  datatype: 'BYTES',
  shape: [2],
  parameters: {},
  data: ['a', 'ü'],
};

/** The elements of a BYTES tensor, each with the length that it claims to have. */
function rawBytes(...elements: readonly [length: number, bytes: string | Buffer][]): Buffer {
  return Buffer.concat(
    elements.flatMap(([length, bytes]) => {
      const header = Buffer.alloc(4);
      header.writeUInt32LE(length);
      return [header, Buffer.from(bytes as string)];
    }),
  );
}

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message } = error as ProblemError;
    return `${code}: ${message}`;
  }
  throw new Error('not refused');
}

test.each<[string, Partial<InputTensor>]>([
  ['texts', {}],
  ['UTF-8', { data: [Buffer.from('a'), Buffer.from('ü')] }],
  ['nested texts', { shape: [2, 1], data: [['a'], ['ü']] }],
  ['flat texts of two dimensions', { shape: [2, 1] }],
  ['raw data', { data: rawBytes([1, 'a'], [2, 'ü']) }],
])('%s are read', (_, input) => {
  expect(readTexts([{ ...TEXT, ...input }], LIMITS)).toEqual(['a', 'ü']);
});

test('a byte order mark belongs to the text', () => {
  const data = rawBytes([3, '\ufeff'], [4, '\ufeffb']);
  expect(refusalOf(() => readTexts([{ ...TEXT, data }], LIMITS))).toMatch(/^empty-text: Text 0/);
  expect(readTexts([{ ...TEXT, shape: [1], data: rawBytes([4, '\ufeffb']) }], LIMITS)).toEqual([
    '\ufeffb',
  ]);
});

const ACCEPTED = 'expected [n] or [n, 1], for n texts';
test.each<[Partial<InputTensor>, string]>([
  [{ name: 'INPUT0' }, 'Unknown input "INPUT0"; the input of the model is "text"'],
  [{ datatype: 'FP32' }, 'The datatype of text must be BYTES, found "FP32"'],
  [{ shape: [] }, `The shape of text is []; ${ACCEPTED}`],
  [{ shape: [1, 2] }, `The shape of text is [1, 2]; ${ACCEPTED}`],
  [{ shape: [2, 1, 1] }, `The shape of text is [2, 1, 1]; ${ACCEPTED}`],
  [{ shape: [-1] }, `The shape of text is [-1]; ${ACCEPTED}`],
  [{ shape: [2 ** 64] }, `The shape of text is [18446744073709552000]; ${ACCEPTED}`],
  [{ shape: [Number.NaN] }, `The shape of text is [NaN]; ${ACCEPTED}`],
  [{ shape: [0] }, 'The shape of text has no element; at least one text is needed'],
  [{ shape: [1] }, `The shape of text has 1 elements, its data 2; ${ACCEPTED}`],
  [{ data: ['a', 1] }, `Element 1 of text is no text; ${ACCEPTED}`],
  [{ data: [['a', 'b'], 'c'] }, `Element 0 of text is no text; ${ACCEPTED}`],
  [{ data: [[['a']], 'c'] }, `Element 0 of text is no text; ${ACCEPTED}`],
  [{ data: rawBytes([1, 'a'], [1, '\xff']) }, 'BYTES: 1 bytes follow the 2 elements of its shape'],
  [
    { data: rawBytes([1, 'a'], [1, Buffer.of(0xff)]) },
    'Element 1 of text has bytes that are not UTF-8',
  ],
  [
    { data: rawBytes([1, 'a']) },
    'BYTES: the shape has 2 elements, the binary data 1 elements and 0 bytes',
  ],
  [
    { data: Buffer.concat([rawBytes([1, 'a']), Buffer.of(1, 0, 0)]) },
    'BYTES: the shape has 2 elements, the binary data 1 elements and 3 bytes',
  ],
  [
    { data: rawBytes([1, 'a'], [0xffff_ffff, 'b']) },
    'BYTES: the length of element 1 is 4294967295, and 1 bytes follow it',
  ],
  [
    { parameters: { shared_memory_region: 'r' } },
    'The parameter shared_memory_region of text is not supported',
  ],
])('an input with %j is refused', (input, message) => {
  expect(refusalOf(() => readTexts([{ ...TEXT, ...input }], LIMITS))).toBe(
    `invalid-body: ${message}`,
  );
});

test('the limits of texts are those of every protocol', () => {
  const many = { ...TEXT, shape: [4_000_000_000], data: [] };
  expect(refusalOf(() => readTexts([many], LIMITS))).toBe(
    'too-many-inputs: At most 3 texts are allowed in a request, found 4000000000',
  );
  const blank = { ...TEXT, data: ['a', ' '] };
  expect(refusalOf(() => readTexts([blank], LIMITS))).toMatch(/^empty-text: Text 1/);
  const long = { ...TEXT, data: ['a', 'b'.repeat(11)] };
  expect(refusalOf(() => readTexts([long], LIMITS))).toMatch(/^text-too-long: Text 1 has 11/);
});

test('there is one input', () => {
  const message = 'invalid-body: Expected one input, "text"; found';
  expect(refusalOf(() => readTexts([], LIMITS))).toBe(`${message} 0`);
  expect(refusalOf(() => readTexts([TEXT, TEXT], LIMITS))).toBe(`${message} 2`);
});

describe('outputs', () => {
  const select = (...names: readonly string[]) =>
    selectOutputs(names.map((name) => ({ name, parameters: {} })));

  test('are those that were requested, in that order, or all', () => {
    expect(select('scores', 'label')).toEqual(['scores', 'label']);
    expect(select()).toEqual(['label', 'score', 'scores', 'language', 'truncated', 'id']);
  });

  test.each<[readonly string[], string]>([
    [
      ['label', 'toString'],
      'Unknown output "toString"; the outputs of the model are label, score, scores, language, truncated, id',
    ],
    [['label', 'label'], 'The output label is requested twice'],
  ])('%j are refused', (names, message) => {
    expect(refusalOf(() => select(...names))).toBe(`invalid-body: ${message}`);
  });

  test('with Triton’s classification are refused', () => {
    const requested = [{ name: 'scores', parameters: { classification: 2 } }];
    expect(refusalOf(() => selectOutputs(requested))).toBe(
      'invalid-body: The parameter classification of scores is not supported',
    );
  });
});

describe('raw data', () => {
  test('has a length in front of each element of BYTES', () => {
    const tensor = { name: 'label', shape: [2], datatype: 'BYTES', data: ['a', 'ü'] } as const;
    expect(encodeRawData(tensor).toString('hex')).toBe('0100000061' + '02000000c3bc');
  });

  test('has little-endian numbers of four bytes, and a byte for each boolean', () => {
    const score = { name: 'score', shape: [2], datatype: 'FP32', data: [0.5, -2] } as const;
    expect(encodeRawData(score).toString('hex')).toBe('0000003f' + '000000c0');
    const flag = { name: 'truncated', shape: [2], datatype: 'BOOL', data: [true, false] } as const;
    expect(encodeRawData(flag).toString('hex')).toBe('0100');
  });

  test('any texts come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (data) => {
        const bytes = encodeRawData({ name: 'label', shape: [1], datatype: 'BYTES', data });
        const found = splitRawBytes(bytes, data.length).map((part) => Buffer.from(part).toString());
        expect(found).toEqual(data);
      }),
    );
  });

  test('any bytes are split or refused', () => {
    const bytes = fc.uint8Array({ maxLength: 24 });
    fc.assert(
      fc.property(bytes, fc.nat({ max: 4 }), (raw, count) => {
        let parts: Uint8Array[];
        try {
          parts = splitRawBytes(raw, count);
        } catch (error) {
          expect((error as ProblemError).code).toBe('invalid-body');
          return;
        }
        const used = parts.reduce((sum, part) => sum + 4 + part.byteLength, 0);
        expect([parts.length, used]).toEqual([count, raw.byteLength]);
      }),
    );
  });
});
