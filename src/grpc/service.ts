/** The Open Inference Protocol v2 over gRPC: messages become calls of `serving`, results messages. */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Observer } from '../serving/observer.ts';
import type { OpenInference } from '../serving/open-inference/open-inference.ts';
import { ProblemError } from '../serving/problem.ts';
import type { Call } from './call.ts';
import type { Calls } from './calls.ts';
import {
  type ModelInferRequest,
  type ModelInferResponse,
  NESTED_FIELDS,
  toInferRequest,
  toInferResponse,
} from './infer.ts';
import { handleBy, type Reply, type Unary } from './unary.ts';
import { assertFewElements } from './wire-format.ts';

export interface InferenceOptions {
  readonly inference: OpenInference;
  readonly calls: Calls;
  /** From the bytes of a ModelInferRequest. Throws where they are none. */
  readonly decodeInfer: (message: Buffer) => ModelInferRequest;
  /** Runs the work of a call, in its turn. */
  readonly pace: (task: () => void) => void;
  readonly observer: Pick<Observer, 'startPrediction'>;
  /** Calls that may wait for predictions at once. */
  readonly maxWaiting: number;
}

interface Reference {
  readonly name: string;
  readonly version: string;
}

export function inferenceMethods(options: InferenceOptions): UntypedServiceImplementation {
  const { inference, calls } = options;
  return {
    ServerLive: handleBy<object, object>(calls, () => ({ message: { live: true } })),
    ServerReady: handleBy<object, object>(calls, () =>
      readiness(() => inference.assertServerReady()),
    ),
    ModelReady: handleBy<Reference, object>(calls, ({ name, version }) =>
      readiness(() => inference.assertModelReady({ name, version: version || undefined })),
    ),
    ServerMetadata: handleBy<object, object>(calls, () => ({
      message: inference.serverMetadata(),
    })),
    ModelMetadata: handleBy<Reference, object>(calls, ({ name, version }) => ({
      message: inference.modelMetadata({ name, version: version || undefined }),
    })),
    ModelInfer: handleBy(calls, inferIn(options)),
  };
}

/**
 * Not ready is an answer, not an error, also for a model that does not exist: as of Triton, whose clients ask so
 * whether there is one.
 */
function readiness(assertReady: () => void): Reply<{ readonly ready: boolean }> {
  try {
    assertReady();
    return { message: { ready: true } };
  } catch {
    return { message: { ready: false } };
  }
}

/** The message is decoded here, so that the answer to a wrong one names what is wrong. */
export function withBytesOf(service: ServiceDefinition, method: string): ServiceDefinition {
  return {
    ...service,
    [method]: { ...(service[method] as object), requestDeserialize: (bytes: Buffer) => bytes },
  } as ServiceDefinition;
}

function inferIn(options: InferenceOptions): Unary<Buffer, ModelInferResponse> {
  const { pace, observer, maxWaiting } = options;
  let waiting = 0;
  return async (bytes, call) => {
    if (waiting >= maxWaiting) {
      observer.startPrediction(call).onRejected('queue_full');
      const detail = `At most ${maxWaiting} requests wait for predictions at once; try again later`;
      throw new ProblemError('queue-full', detail, 1);
    }
    waiting++;
    try {
      await new Promise<void>(pace);
      return await infer(options, bytes, call);
    } finally {
      waiting--;
    }
  };
}

async function infer(
  { inference, decodeInfer }: InferenceOptions,
  bytes: Buffer,
  { requestId, trace, startedAt, client, address, connection, deadline, onClientGone }: Call,
): Promise<Reply<ModelInferResponse>> {
  const message = decode(bytes, decodeInfer);
  const answer = await inference.infer(toInferRequest(message), {
    ...{ requestId, trace, startedAt, onClientGone },
    sender: { client, address, connection },
    timeoutMs: deadline - Date.now(),
  });
  return {
    message: toInferResponse(answer, message.raw_input_contents.length > 0),
    commit: answer.modelVersion,
    onSent: answer.observe,
  };
}

function decode(bytes: Buffer, decodeInfer: InferenceOptions['decodeInfer']): ModelInferRequest {
  assertFewElements(bytes, NESTED_FIELDS);
  try {
    return decodeInfer(bytes);
  } catch (error) {
    throw new ProblemError(
      'invalid-body',
      `The message is no ModelInferRequest: ${(error as Error).message}`,
    );
  }
}
