/** `POST /predict`: texts → labels with scores. */
import { z } from 'zod';
import { modelReferenceSchema } from './model.ts';
import type { Deployment } from './operation.ts';
import { problemSchema } from './problem.ts';
import { VISIBLE_PATTERN } from './visible-text.ts';

export const textsSchema = z.array(z.string('expected a text'));

/** From the logits of a text to the numbers of its labels. */
export const FUNCTIONS = ['softmax', 'sigmoid', 'none'] as const;

/** What clients of Hugging Face's text classification send beside `inputs`. */
export const parametersSchema = z.strictObject(
  {
    top_k: z
      .int('expected an integer of 1 or more')
      .min(1, 'expected an integer of 1 or more')
      .nullish()
      .describe('How many labels, the best first; all by default'),
    function_to_apply: z
      .enum(FUNCTIONS, `expected one of ${FUNCTIONS.join(', ')}`)
      .nullish()
      .describe('softmax by default; none: the logits themselves'),
    truncation: z
      .literal(true, 'expected true: a text that is longer than the window of the model is cut')
      .nullish(),
  },
  'expected an object',
);

/** A request that is answered with predictions; with `parameters`, with lists of labels. */
export const inputsSchema = z.strictObject({
  inputs: z.union([z.string(), textsSchema], 'expected a text or an array of texts'),
  parameters: parametersSchema.optional(),
});

/** A bare array of texts is answered with a bare array of labels. */
export const predictRequestSchema = z.union([inputsSchema, textsSchema]);

/** @returns the schema of a body with the limits of a running server. */
export function predictRequestOf(limits: Pick<Deployment, 'maxInputs' | 'maxChars'>) {
  return z.union([inputsRequestOf(limits), textsRequestOf(limits)]);
}

/** The same without a bare array. */
export function inputsRequestOf(limits: Pick<Deployment, 'maxInputs' | 'maxChars'>) {
  const texts = textsRequestOf(limits);
  const inputs = z.union([texts.element, texts]);
  return z.strictObject({ inputs, parameters: parametersSchema.optional() });
}

function textsRequestOf({ maxInputs, maxChars }: Pick<Deployment, 'maxInputs' | 'maxChars'>) {
  return z.array(textOf(maxChars)).min(1).max(maxInputs);
}

/** A text that is classified: JSON Schema counts code points, as the server does; zod counts UTF-16 code units. */
export function textOf(maxChars: number) {
  return z.string().meta({ minLength: 1, maxLength: maxChars, pattern: VISIBLE_PATTERN });
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

/** With `partial=1`: a text that can't be classified has its problem in the place of a prediction. */
export const partialResponseSchema = z.object({
  model: modelReferenceSchema,
  predictions: z
    .array(z.union([predictionSchema, z.object({ error: problemSchema })]))
    .readonly()
    .describe('In the order of the texts'),
});

/** With `parameters`, as Hugging Face's clients expect it: of each text its labels, the best first. */
export const classesResponseSchema = z
  .array(
    z
      .array(z.object({ label: z.string(), score: z.number() }))
      .readonly()
      .describe('The labels of a text, the best first'),
  )
  .readonly();

export const labelsResponseSchema = z.array(z.string()).readonly();

export type Parameters = z.infer<typeof parametersSchema>;
export type PartialResponse = z.infer<typeof partialResponseSchema>;
export type ClassesResponse = z.infer<typeof classesResponseSchema>;
export type PredictRequestBody = z.infer<typeof predictRequestSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type PredictResponse = z.infer<typeof predictResponseSchema>;
export type LabelsResponse = z.infer<typeof labelsResponseSchema>;
