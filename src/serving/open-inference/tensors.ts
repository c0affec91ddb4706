/**
 * The tensors of the model in the Open Inference Protocol v2, in the form that REST and gRPC share.
 * https://github.com/kserve/open-inference-protocol/tree/main/specification/protocol
 */
import type { Prediction } from '../predictor.ts';

export interface TensorMetadata {
  readonly name: string;
  readonly datatype: 'BYTES' | 'FP32' | 'BOOL';
  /** -1: any size. */
  readonly shape: readonly number[];
}

/** An output. `data` has its elements in row-major order. */
export type OutputTensor = {
  readonly name: string;
  readonly shape: readonly number[];
} & (
  | { readonly datatype: 'BYTES'; readonly data: readonly string[] }
  | { readonly datatype: 'FP32'; readonly data: readonly number[] }
  | { readonly datatype: 'BOOL'; readonly data: readonly boolean[] }
);

/** One text for each prediction. */
export const INPUT: TensorMetadata = { name: 'text', datatype: 'BYTES', shape: [-1] };

type Values = ValuesOf<OutputTensor>;
type ValuesOf<T> = T extends OutputTensor ? Omit<T, 'name' | 'shape'> : never;

interface Output {
  /** Whether it has a column for each label; otherwise it has one element for each text. */
  readonly isPerLabel?: true;
  values(predictions: readonly Prediction[], labels: readonly string[]): Values;
}

/** By name, which is that of the field of a prediction of `POST /predict`. */
const OUTPUTS = {
  label: { values: (predictions) => bytes(predictions.map(({ label }) => label)) },
  score: {
    values: (predictions) => ({ datatype: 'FP32', data: predictions.map(({ score }) => score) }),
  },
  scores: {
    isPerLabel: true,
    values: (predictions, labels) => ({
      datatype: 'FP32',
      data: predictions.flatMap(({ scores }) => labels.map((label) => scores[label] as number)),
    }),
  },
  language: { values: (predictions) => bytes(predictions.map(({ language }) => language)) },
  truncated: {
    values: (predictions) => ({
      datatype: 'BOOL',
      data: predictions.map(({ truncated }) => truncated === true),
    }),
  },
  id: { values: (predictions) => bytes(predictions.map(({ id }) => id)) },
} as const satisfies Record<string, Output>;

export type OutputName = keyof typeof OUTPUTS;

export const OUTPUT_NAMES = Object.keys(OUTPUTS) as OutputName[];

export function isOutputName(name: string): name is OutputName {
  return Object.hasOwn(OUTPUTS, name);
}

/** The outputs of a model with these labels; `scores` is in their order. */
export function outputMetadata(labels: readonly string[]): TensorMetadata[] {
  return OUTPUT_NAMES.map((name) => {
    const output: Output = OUTPUTS[name];
    const { datatype } = output.values([], labels);
    return { name, datatype, shape: output.isPerLabel ? [-1, labels.length] : [-1] };
  });
}

/** @param labels of the model that predicted, in its order. */
export function outputTensor(
  name: OutputName,
  predictions: readonly Prediction[],
  labels: readonly string[],
): OutputTensor {
  const output: Output = OUTPUTS[name];
  const count = predictions.length;
  return {
    name,
    shape: output.isPerLabel ? [count, labels.length] : [count],
    ...output.values(predictions, labels),
  };
}

function bytes(data: readonly string[]): Values {
  return { datatype: 'BYTES', data };
}
