/** JSON Schemas of the OpenAPI document, from the schemas that check requests and describe answers. */
import { z } from 'zod';
import { verdictSchema } from '../admin.ts';
import { modelFileSchema, modelReferenceSchema } from '../model.ts';
import type { NamedSchema } from '../operation.ts';
import { labelsResponseSchema, predictionSchema, predictResponseSchema } from '../predict.ts';
import { problemSchema } from '../problem.ts';

/** Parts of bodies that have a name of their own. */
const PARTS: Readonly<Record<string, z.ZodType>> = {
  Problem: problemSchema,
  Prediction: predictionSchema,
  PredictResponse: predictResponseSchema,
  LabelsResponse: labelsResponseSchema,
  ModelReference: modelReferenceSchema,
  ModelFile: modelFileSchema,
  Verdict: verdictSchema,
};

const REFERENCE = '#/components/schemas/';

export function referenceTo(name: string): object {
  return { $ref: `${REFERENCE}${name}` };
}

/** @returns the schemas by name; where one has another inside that has a name, it refers to it. */
export function componentSchemas(bodies: readonly NamedSchema[]): Readonly<Record<string, object>> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(PARTS)) {
    registry.add(schema, { id: name });
  }
  for (const { name, schema } of bodies) {
    registry.add(schema, { id: name });
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => REFERENCE + id,
    // A field may be added to an answer: only requests are closed.
    io: 'input',
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { $schema, $id, ...schema }]) => [name, schema]),
  );
}

/** The schema of a parameter, which has no name. */
export function inlineSchema(schema: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  return rest;
}

/** Leaves out the pattern that zod adds to a known format. */
function simplify(schema: { format?: string; pattern?: string }): void {
  if (schema.format === 'date-time') {
    delete schema.pattern;
  }
}
