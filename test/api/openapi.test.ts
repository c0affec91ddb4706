/** The description of the interface: a valid document, and the same requests as the server's own checks. */
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../src/api/openapi/document.ts';
import type { Operation } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { PROBLEMS } from '../../src/api/problem.ts';
import { parseInferBody } from '../../src/http/open-inference/infer-body.ts';
import { parsePredictRequest } from '../../src/http/predict-request.ts';
import { readTexts, selectOutputs } from '../../src/serving/open-inference/request.ts';
import { type Document, describe as describeDocument } from '../support/openapi.ts';

const LIMITS = { maxInputs: 3, maxChars: 5 };
const DEPLOYMENT = {
  ...{ ...LIMITS, maxBody: 1000, modelName: 'm', labels: ['bad', 'good'], predictionId: 'AAAA' },
  ...{ commit: 'a'.repeat(40), otherCommit: 'b'.repeat(40) },
};
const operations: readonly Operation[] = Object.values(OPERATIONS);

function documentOf(selected: readonly Operation[]): Document {
  const document = openApiDocument({ operations: selected, deployment: DEPLOYMENT, version: '1' });
  return JSON.parse(JSON.stringify(document)) as Document;
}

test.each([
  ['with keys', operations],
  ['without keys', operations.map((operation) => ({ ...operation, guard: undefined }))],
  ['of no operation', []],
])('the document %s is valid OpenAPI 3.1', async (_, selected) => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...documentOf(selected) });
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(validator.version).toBe('3.1');
});

test('each operation but those of the console is described, with a response for each of its problems', () => {
  const { operations: described, document } = describeDocument(documentOf(operations));
  const expected = operations.filter(({ tag }) => tag !== 'console');
  expect(described.map(({ operation }) => operation.operationId).sort()).toEqual(
    expected.map(({ id }) => id).sort(),
  );
  for (const { id, problems } of expected) {
    const responses = described.find(({ operation }) => operation.operationId === id)?.operation
      .responses;
    for (const code of problems) {
      const { $ref } = responses?.[PROBLEMS[code][0]] ?? {};
      const response = document.components.responses[$ref?.split('/').at(-1) as string];
      expect(JSON.stringify(response), `${code} of ${id}`).toContain(`/problems/${code}`);
    }
  }
});

test('keys and tokens are described where they are configured', () => {
  const { paths, components } = documentOf(operations);
  expect(Object.keys(components.securitySchemes ?? {})).toEqual([
    ...['bearerKey', 'headerKey', 'adminToken'],
  ]);
  expect(paths['/predict']?.post?.security).toEqual([{ bearerKey: [] }, { headerKey: [] }]);
  expect(paths['/admin']?.get?.security).toEqual([{ adminToken: [] }]);
  expect(paths['/healthz']?.get?.security).toEqual([]);
  const open = documentOf(operations.map((operation) => ({ ...operation, guard: undefined })));
  expect(open.components.securitySchemes).toBeUndefined();
  expect(Object.keys(open.paths['/predict']?.post?.responses ?? {})).not.toContain('401');
});

const character = fc.constantFrom(...'a é😀 \n\u200b\u2800\u{e0001}'.match(/./gsu)!);
const text = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'é 😀', ' 😀😀😀a'), weight: 16 },
  { arbitrary: fc.array(character, { maxLength: 7 }).map((found) => found.join('')), weight: 1 },
);
const value = fc.oneof(text, fc.integer(), fc.constant(null));

/** Random bodies, some of which the server accepts, and some of which it does not. */
function expectSameAnswers(schema: string, body: fc.Arbitrary<unknown>, accept: Accept): void {
  const { validate } = describeDocument(documentOf(operations));
  const counts = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(body, (candidate) => {
      const isAccepted = isAcceptedBy(accept, candidate);
      counts[isAccepted ? 'accepted' : 'refused']++;
      expect(validate(schema, candidate).length === 0).toBe(isAccepted);
    }),
    { numRuns: 2000 },
  );
  expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(200);
}

type Accept = (body: unknown) => void;

function isAcceptedBy(accept: Accept, body: unknown): boolean {
  try {
    accept(body);
    return true;
  } catch {
    return false;
  }
}

test('the description has the bodies of POST /predict that the server accepts, and no others', () => {
  const inputs = fc.oneof(
    value,
    fc.array(text, { maxLength: 5 }),
    fc.array(value, { maxLength: 3 }),
  );
  const body = fc.oneof(
    fc.record({ inputs }),
    inputs,
    fc.record({ inputs, other: value }, { requiredKeys: [] }),
  );
  expectSameAnswers('PredictRequest', body, (candidate) => parsePredictRequest(candidate, LIMITS));
});

test('the description has the bodies of the Open Inference Protocol that the server accepts, and no others', () => {
  const rarely = <T>(wrong: fc.Arbitrary<T>, right: T) =>
    fc.oneof({ arbitrary: fc.constant(right), weight: 16 }, { arbitrary: wrong, weight: 1 });
  const element = fc.oneof(
    text,
    text.map((each) => [each]),
    fc.array(text, { maxLength: 2 }),
  );
  const data = fc.array(fc.oneof({ arbitrary: text, weight: 6 }, element), { maxLength: 4 });
  const input = data.chain((elements) =>
    fc.record({
      name: rarely(fc.string(), 'text'),
      datatype: rarely(fc.constant('FP32'), 'BYTES'),
      shape: fc.oneof(
        { arbitrary: fc.constantFrom([elements.length], [elements.length, 1]), weight: 8 },
        { arbitrary: fc.array(fc.nat(3), { maxLength: 3 }), weight: 1 },
      ),
      data: rarely(fc.constant(null), elements as unknown),
      parameters: rarely(fc.constant('none'), null as unknown),
    }),
  );
  const parameters = fc.constantFrom(null, {}, { binary_data: true }, { binary_data: 'no' });
  const output = fc.record(
    { name: fc.constantFrom('label', 'score', 'scores', 'other'), parameters },
    { requiredKeys: ['name'] },
  );
  const body = fc.record(
    {
      id: rarely(fc.constant(1), 'id' as unknown),
      inputs: fc.oneof(
        { arbitrary: fc.tuple(input), weight: 8 },
        { arbitrary: fc.array(input, { maxLength: 2 }), weight: 1 },
      ),
      outputs: fc.oneof(fc.constant(null), fc.array(output, { maxLength: 2 })),
    },
    { requiredKeys: ['inputs'] },
  );
  expectSameAnswers('InferRequest', body, (candidate) => {
    const parsed = parseInferBody(Buffer.from(JSON.stringify(candidate)), undefined, LIMITS);
    selectOutputs(parsed.outputs);
    readTexts(parsed.inputs, LIMITS);
  });
});
