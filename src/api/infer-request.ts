/** `POST /v2/models/{name}/infer` as a running server accepts it, for the description of the interface. */
import { z } from 'zod';
import type { Deployment } from './operation.ts';
import { textOf } from './predict.ts';

/** Of `tensors.ts` in src/serving/open-inference. */
const OUTPUTS = ['label', 'score', 'scores', 'language', 'truncated', 'id'] as const;
/** For more texts, the description does not have that the shape is that of the data. */
const MAX_DESCRIBED_TEXTS = 64;

const valueSchema = z.union([z.string(), z.number(), z.boolean()]);

/** @returns the body in JSON; the JSON before binary data has no `data`. */
export function inferRequestOf({
  maxInputs,
  maxChars,
}: Pick<Deployment, 'maxInputs' | 'maxChars'>) {
  const text = textOf(maxChars);
  const input = z
    .looseObject({
      name: z.literal('text'),
      datatype: z.literal('BYTES'),
      shape: z.array(z.int().min(1)).describe('`[n]` or `[n, 1]`, for n texts'),
      parameters: z.record(z.string(), valueSchema).nullish(),
      data: z
        .array(z.union([text, z.array(text).length(1)]))
        .min(1)
        .max(maxInputs)
        .describe('The texts, flat or nested'),
    })
    .meta({ anyOf: shapesOf(maxInputs) });
  return z.looseObject({
    id: z.string().nullish().describe('Repeated in the response'),
    parameters: parametersWith('binary_data_output', 'Whether outputs are sent as binary data'),
    inputs: z.array(input).length(1),
    outputs: z
      .array(
        z.looseObject({
          name: z.enum(OUTPUTS),
          parameters: parametersWith('binary_data', 'Whether the output is sent as binary data'),
        }),
      )
      .nullish()
      .meta({ description: 'None: all of them', allOf: OUTPUTS.map(atMostOnce) }),
  });
}

function parametersWith(name: string, description: string) {
  const flag = z.boolean().optional().describe(description);
  return z
    .object({ [name]: flag })
    .catchall(valueSchema)
    .nullish();
}

/** That the shape is the one of the data. */
function shapesOf(maxInputs: number): readonly object[] {
  const counts = Array.from(
    { length: Math.min(maxInputs, MAX_DESCRIBED_TEXTS) },
    (_, index) => index + 1,
  );
  const exact = counts.map((count) => ({
    properties: {
      shape: { enum: [[count], [count, 1]] },
      data: { minItems: count, maxItems: count },
    },
  }));
  return maxInputs > MAX_DESCRIBED_TEXTS
    ? [...exact, { properties: { data: { minItems: MAX_DESCRIBED_TEXTS + 1 } } }]
    : exact;
}

function atMostOnce(name: string): object {
  const output = { type: 'object', properties: { name: { const: name } }, required: ['name'] };
  return { contains: output, minContains: 0, maxContains: 1 };
}
