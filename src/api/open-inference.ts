/**
 * The Open Inference Protocol v2 over HTTP.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 *
 * `null` is what many clients send for a field that they leave out, and fields that are not known are ignored:
 * some clients repeat the name of the model.
 */
import { z } from 'zod';

/** More are never needed: the model has one input and a few outputs. */
export const MAX_TENSORS = 16;
/** Of a shape. */
export const MAX_DIMENSIONS = 16;

const parametersSchema = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()], 'expected a string, a number or a boolean'),
    'expected an object',
  )
  .nullish();

const sizeSchema = z.int('expected a whole number').min(0, 'expected a number of 0 or more');

const namedSchema = z.object({ name: z.string('expected a string') }, 'expected an object');

const textElementSchema = z.union(
  [z.string(), z.array(z.string()).length(1)],
  'expected a text, or an array of one text',
);

export const inferRequestSchema = z.object(
  {
    /** Repeated in the response. */
    id: z.string('expected a string').nullish(),
    /** `binary_data_output`: whether outputs are sent as binary data, unless they have `binary_data`. */
    parameters: parametersSchema,
    inputs: z.array(
      namedSchema.extend({
        datatype: z.string('expected a string'),
        shape: z.array(sizeSchema, 'expected an array of numbers'),
        /** `binary_data_size`: the size of the input's binary data, which follow the JSON. */
        parameters: parametersSchema,
        /** Texts, flat or nested; absent for binary data. */
        data: z.array(textElementSchema, 'expected an array').nullish(),
      }),
      'expected an array',
    ),
    /** Absent or empty: all of them. */
    outputs: z
      .array(
        // `binary_data`: whether the output is sent as binary data.
        namedSchema.extend({ parameters: parametersSchema }),
        'expected an array',
      )
      .nullish(),
  },
  'expected an object',
);

const datatypeSchema = z.enum(['BYTES', 'FP32', 'BOOL']);

const tensorMetadataSchema = z.object({
  name: z.string(),
  datatype: datatypeSchema,
  /** -1: any size. */
  shape: z.array(z.int().min(-1)).readonly(),
});

export const inferResponseSchema = z.object({
  model_name: z.string(),
  /** The SHA of the commit. */
  model_version: z.string(),
  /** That of the request, or the request id of the log. */
  id: z.string(),
  outputs: z
    .array(
      z.object({
        name: z.string(),
        datatype: datatypeSchema,
        shape: z.array(z.int().min(0)).readonly(),
        /** Present for binary data: their size, in bytes. */
        parameters: z.object({ binary_data_size: z.int().min(0) }).optional(),
        /** Row-major and flat; absent for binary data. */
        data: z
          .union([z.array(z.string()), z.array(z.number()), z.array(z.boolean())])
          .readonly()
          .optional(),
      }),
    )
    .readonly(),
});

export const serverMetadataSchema = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()).readonly(),
});

export const modelMetadataSchema = z.object({
  name: z.string(),
  /** The one that serves. */
  versions: z.array(z.string()).readonly(),
  platform: z.string(),
  inputs: z.array(tensorMetadataSchema).readonly(),
  outputs: z.array(tensorMetadataSchema).readonly(),
  /** `labels`: the columns of the output `scores`, as a JSON array. */
  properties: z.record(z.string(), z.string()),
});

/** Of the health routes; KServe reads `ready` and `live`, the specification has `live` in both. */
export const serverHealthSchema = z.object({
  live: z.literal(true),
  ready: z.boolean(),
  /** Present where it is not ready: why. */
  error: z.string().optional(),
});

export const modelReadySchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  /** Present where it is not ready: why. */
  error: z.string().optional(),
});

/** Every error on `/v2`. */
export const inferenceErrorSchema = z.object({ error: z.string() });

export type InferRequestBody = z.infer<typeof inferRequestSchema>;
export type InferResponse = z.infer<typeof inferResponseSchema>;
export type ServerMetadataResponse = z.infer<typeof serverMetadataSchema>;
export type ModelMetadataResponse = z.infer<typeof modelMetadataSchema>;
export type ServerHealth = z.infer<typeof serverHealthSchema>;
export type ModelReady = z.infer<typeof modelReadySchema>;
export type InferenceError = z.infer<typeof inferenceErrorSchema>;
