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

/** A probability, from 0 to 1. */
export const scoreSchema = z.number().min(0).max(1);

export const predictionSchema = z.object({
  /** For `POST /feedback`. */
  id: z.string().min(1),
  /** The label with the highest score. */
  label: z.string(),
  score: scoreSchema,
  /** The score of each label, in the order of the model. */
  scores: z.record(z.string(), scoreSchema),
  /** ISO 639 code; `und`: undetermined. */
  language: z.string(),
  /** Present where the text was longer than the model's window. */
  truncated: z.literal(true).optional(),
});

export const predictResponseSchema = z.object({
  model: modelReferenceSchema,
  /** In the order of the texts. */
  predictions: z.array(predictionSchema).readonly(),
});

export const labelsResponseSchema = z.array(z.string()).readonly();

export type PredictRequestBody = z.infer<typeof predictRequestSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type PredictResponse = z.infer<typeof predictResponseSchema>;
export type LabelsResponse = z.infer<typeof labelsResponseSchema>;
