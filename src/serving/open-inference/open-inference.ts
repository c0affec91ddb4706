/**
 * The Open Inference Protocol v2 without its transport: REST and gRPC only translate.
 * https://github.com/kserve/open-inference-protocol/tree/main/specification/protocol
 */
import type { InputLimits } from '../input-limits.ts';
import type { Manager } from '../manager.ts';
import type { PredictionRequest, Predictor } from '../predictor.ts';
import { ProblemError, quote } from '../problem.ts';
import { assertReady } from '../readiness.ts';
import type { ServedModel } from '../served-model.ts';
import { type InferRequest, type ModelReference, readTexts, selectOutputs } from './request.ts';
import {
  INPUT,
  type OutputTensor,
  outputMetadata,
  outputTensor,
  type TensorMetadata,
} from './tensors.ts';

export interface OpenInferenceOptions extends InputLimits {
  readonly manager: Manager;
  readonly predictor: Predictor;
  readonly modelName: string;
  /** Of this program. */
  readonly serverVersion: string;
  /** The commit of the candidate; undefined where there is none. */
  readonly candidate: () => string | undefined;
}

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** `labels`: the columns of `scores`, as a JSON array. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface InferAnswer {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly outputs: readonly OutputTensor[];
  /** To be called once the answer has been written: it is observed then. */
  observe(): void;
}

export interface OpenInference {
  serverMetadata(): ServerMetadata;
  /** @throws ServingError `not-ready` or `draining` where the server can't predict now. */
  assertServerReady(): void;
  /** @throws ProblemError `not-found` or `not-ready`; ServingError `not-ready` or `draining`. */
  assertModelReady(reference: ModelReference): void;
  /** @throws as `assertModelReady`. */
  modelMetadata(reference: ModelReference): ModelMetadata;
  /**
   * Rejects with a ProblemError 400, naming what is wrong with the request; as `assertModelReady`; or as
   * `Predictor.predict`.
   */
  infer(request: InferRequest, context: PredictionRequest): Promise<InferAnswer>;
}

export function createOpenInference(options: OpenInferenceOptions): OpenInference {
  const { manager, predictor, serverVersion } = options;
  return {
    serverMetadata: () => ({
      name: 'tweet-sentiment-server',
      version: serverVersion,
      extensions: ['binary_tensor_data'],
    }),
    assertServerReady: () => {
      assertReady(manager);
    },
    assertModelReady: (reference) => {
      assertServed(reference, options);
      assertReady(manager);
    },
    modelMetadata: (reference) => metadataOf(acceptingModel(reference, options)),
    infer: async (request, context) => {
      const { labels } = acceptingModel(request, options).classifier;
      const texts = readTexts(request.inputs, options);
      const names = selectOutputs(request.outputs);
      // The model that has just been looked at answers: nothing is awaited before it is acquired.
      const { model, predictions, observe } = await predictor.predict(texts, context);
      return {
        modelName: model.name,
        modelVersion: model.commit,
        id: request.id || context.requestId,
        outputs: names.map((name) => outputTensor(name, predictions, labels)),
        observe,
      };
    },
  };
}

function metadataOf({ name, commit, classifier: { labels } }: ServedModel): ModelMetadata {
  return {
    name,
    versions: [commit],
    platform: 'onnx_onnxv1',
    inputs: [INPUT],
    outputs: outputMetadata(labels),
    properties: { labels: JSON.stringify(labels) },
  };
}

function acceptingModel(reference: ModelReference, options: OpenInferenceOptions): ServedModel {
  assertServed(reference, options);
  return options.manager.acceptingModel();
}

/** @throws ProblemError `not-found`, or `not-ready` for the candidate, which answers no request. */
function assertServed(
  { name, version }: ModelReference,
  { modelName, manager, candidate }: OpenInferenceOptions,
): void {
  if (name !== modelName) {
    throw new ProblemError('not-found', `There is no model ${quote(name)} here, only ${modelName}`);
  }
  // Undefined until the store has answered which commit it pins.
  const { commit } = manager.state();
  if (version === undefined || commit === undefined || version === commit) {
    return;
  }
  if (version === candidate()) {
    throw new ProblemError('not-ready', `Version ${version} is a candidate: it answers no request`);
  }
  throw new ProblemError(
    'not-found',
    `Version ${quote(version)} of ${modelName} does not serve; the version is the full SHA of the ` +
      `commit that serves, ${commit}, or left out`,
  );
}
