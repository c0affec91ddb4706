/** `POST /predict`: texts → labels with scores. */
import { z } from 'zod';
import { modelReferenceSchema } from './model.ts';
import type { Deployment } from './operation.ts';
import { VISIBLE_PATTERN } from './visible-text.ts';

export const textsSchema = z.array(z.string('expected a text'));

/** A request that is answered with predictions. */
export const inputsSchema = z.strictObject({
  inputs: z.union([z.string(), textsSchema], 'expected a text or an array of texts'),
});

/** A bare array of texts is answered with a bare array of labels. */
export const predictRequestSchema = z.union([inputsSchema, textsSchema]);

/** @returns the schema of a body with the limits of a running server. */
export function predictRequestOf({
  maxInputs,
  maxChars,
}: Pick<Deployment, 'maxInputs' | 'maxChars'>) {
  // JSON Schema counts code points, as the server does; zod counts UTF-16 code units.
  const text = z.string().meta({ minLength: 1, maxLength: maxChars, pattern: VISIBLE_PATTERN });
  const texts = z.array(text).min(1).max(maxInputs);
  return z.union([z.strictObject({ inputs: z.union([text, texts]) }), texts]);
}

export const scoreSchema = z.number().min(0).max(1).describe('A probability');

export const predictionSchema = z.object({
  id: z.string().min(1).describe('For `POST /feedback`'),
  label: z.string().describe('The label with the highest score'),
  score: scoreSchema,
  scores: z
    .record(z.string(), scoreSchema)
    .describe('The score of each label, in the order of the model'),
  language: z.string().describe('ISO 639 code; `und`: undetermined'),
  truncated: z
    .literal(true)
    .optional()
    .describe('Present where the text was longer than the window of the model'),
});

export const predictResponseSchema = z.object({
  model: modelReferenceSchema,
  predictions: z.array(predictionSchema).readonly().describe('In the order of the texts'),
});

export const labelsResponseSchema = z.array(z.string()).readonly();

export type PredictRequestBody = z.infer<typeof predictRequestSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type PredictResponse = z.infer<typeof predictResponseSchema>;
export type LabelsResponse = z.infer<typeof labelsResponseSchema>;
