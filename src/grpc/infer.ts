/** `ModelInfer`: a message → a request that all protocols share → a message. */

import type { InferAnswer } from '../serving/open-inference/open-inference.ts';
import { encodeRawData } from '../serving/open-inference/raw-data.ts';
import type { InferRequest, InputTensor } from '../serving/open-inference/request.ts';
import type { OutputTensor } from '../serving/open-inference/tensors.ts';
import { ProblemError, quote } from '../serving/problem.ts';
import type { Nested } from './wire-format.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** As proto-loader decodes it: what is absent has its default, but for messages. */
export interface ModelInferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly parameters: Parameters;
    readonly contents: { readonly bytes_contents: readonly Uint8Array[] } | null;
  }[];
  readonly outputs: readonly { readonly name: string; readonly parameters: Parameters }[];
  readonly raw_input_contents: readonly Uint8Array[];
}

export interface ModelInferResponse {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly contents?: Contents;
  }[];
  readonly raw_output_contents?: readonly Uint8Array[];
}

type Contents =
  | { readonly bytes_contents: readonly Uint8Array[] }
  | { readonly fp32_contents: readonly number[] }
  | { readonly bool_contents: readonly boolean[] };

const PARAMETERS: Nested = { 2: {} };
/** What of a ModelInferRequest is decoded to many values, by the numbers of `open-inference.proto`. */
export const NESTED_FIELDS: Nested = {
  4: PARAMETERS,
  5: {
    3: 'packed',
    4: PARAMETERS,
    5: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((field) => [field, 'packed'])),
  },
  6: { 2: PARAMETERS },
};

/** @throws ProblemError `invalid-body` where the data of the inputs is in two places, or in none. */
export function toInferRequest(message: ModelInferRequest): InferRequest {
  const { model_name, model_version, id, inputs, outputs, raw_input_contents: raw } = message;
  if (raw.length > 0 && raw.length !== inputs.length) {
    throw new ProblemError(
      'invalid-body',
      `raw_input_contents: expected one for each of the ${inputs.length} inputs, found ${raw.length}`,
    );
  }
  return {
    name: model_name,
    version: model_version || undefined,
    id,
    inputs: inputs.map(({ name, datatype, shape, parameters, contents }, index): InputTensor => {
      if (contents && raw.length > 0) {
        const detail = `The data of ${quote(name)} is in contents and in raw_input_contents`;
        throw new ProblemError('invalid-body', detail);
      }
      return {
        ...{ name, datatype, shape, parameters },
        data: raw[index] ?? contents?.bytes_contents ?? [],
      };
    }),
    outputs,
  };
}

/** @param isRaw the request had its data in `raw_input_contents`. */
export function toInferResponse(
  { modelName, modelVersion, id, outputs }: InferAnswer,
  isRaw: boolean,
): ModelInferResponse {
  return {
    ...{ model_name: modelName, model_version: modelVersion, id },
    outputs: outputs.map((tensor) => ({
      name: tensor.name,
      datatype: tensor.datatype,
      shape: tensor.shape,
      ...(isRaw ? {} : { contents: contentsOf(tensor) }),
    })),
    ...(isRaw ? { raw_output_contents: outputs.map(encodeRawData) } : {}),
  };
}

function contentsOf(tensor: OutputTensor): Contents {
  switch (tensor.datatype) {
    case 'BYTES':
      return { bytes_contents: tensor.data.map((text) => Buffer.from(text)) };
    case 'FP32':
      return { fp32_contents: tensor.data };
    case 'BOOL':
      return { bool_contents: tensor.data };
  }
}
