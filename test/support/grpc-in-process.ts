/** The gRPC server in the test's own process, around a classifier of the test's. It needs the build's files. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { loadProtocol } from '../../src/grpc/protocol.ts';
import { createGrpcServer, type GrpcOptions, type GrpcServer } from '../../src/grpc/server.ts';
import type { Classifier } from '../../src/inference/classifier.ts';
import { createBodyBudget } from '../../src/network/body-budget.ts';
import { listen } from '../../src/network/listen.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { createKeyring } from '../../src/serving/clients.ts';
import { createOpenInference } from '../../src/serving/open-inference/open-inference.ts';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import { createPredictor } from '../../src/serving/predictor.ts';
import { serving } from './app.ts';
import { connectGrpc, type GrpcClient, inferRequest } from './grpc.ts';
import { observerWith } from './observer.ts';

type Classify = Classifier['classify'];

const ends: (() => unknown)[] = [];
/** To be called after each test: ends what it has started. */
export async function endGrpc(): Promise<void> {
  for (const end of ends.splice(0).reverse()) {
    await end();
  }
}

export async function startGrpc(classify: Classify, options: Partial<GrpcOptions> = {}) {
  const ended: string[] = [];
  const rejected: string[] = [];
  const closed: string[] = [];
  const errors: unknown[] = [];
  let inProgress = 0;
  const observer = observerWith({
    onRequestStart: () => {
      inProgress++;
    },
    onRequestEnd: ({ series: { status, route } }) => {
      inProgress--;
      ended.push(`${status} ${route.split('/').at(-1)}`);
    },
    onConnectionClosed: (reason) => closed.push(reason),
    onError: (error) => errors.push(error),
    startPrediction: () => ({
      onPrediction: () => undefined,
      onRejected: (reason) => rejected.push(reason),
    }),
  });
  const stats = () => ({ workers: { starting: 0, idle: 1, busy: 0 } }) as never;
  const manager =
    options.manager ?? (await serving({ classify, labels: ['negative', 'positive'], stats }));
  const predictionIds = createPredictionIds(undefined);
  const predictor = createPredictor({ manager, predictionIds, observer, requestTimeoutMs: 60_000 });
  const inference = createOpenInference({
    ...{ manager, predictor, modelName: 'm', serverVersion: '1', maxInputs: 64, maxChars: 100 },
    candidate: () => undefined,
  });
  const grpc: GrpcServer = createGrpcServer({
    ...{ inference, manager, observer, apiKeys: createKeyring([]), maxBody: 1_000_000 },
    ...{ maxConnections: 100, maxConnectionsPerAddress: 100, requestTimeoutMs: 60_000 },
    bodyBudget: createBodyBudget(100_000),
    clientAddress: undefined,
    handling: createHandlingPacer(),
    ...options,
  });
  const address = await listen(grpc.server, { host: '127.0.0.1', port: 0 });
  ends.push(() => grpc.drain(0));
  return {
    ...{ ended, rejected, closed, errors, address },
    inProgress: () => inProgress,
    drain: () => grpc.drain(0),
    connect: (): GrpcClient => {
      const client = connectGrpc(address);
      ends.push(client.close);
      return client;
    },
    /** Without a library of gRPC. */
    open: async (settings = {}): Promise<ClientHttp2Session> => {
      const session = connect(`http://${address}`, { settings });
      session.on('error', () => undefined);
      ends.push(() => session.destroy());
      await once(session, 'connect');
      return session;
    },
  };
}

export const REQUEST = inferRequest(['a text'], { model_name: 'm' });
const ANSWER = {
  classification: {
    ...{ label: 'positive', score: 0.75, scores: { negative: 0.25, positive: 0.75 } },
    ...{ language: 'en', languageConfidence: 1, tokens: 3, unknownRatio: 0, truncated: false },
  },
  cached: false,
};

/** Answers at once. */
export const answering: Classify = async (texts) => texts.map(() => ANSWER) as never;

/** Waits until it is given up. */
export const waiting: Classify = (_texts, { onWaiting } = {}) =>
  new Promise((_resolve, reject) => onWaiting?.(reject));

/** The same, with the number of requests that it has received. */
export function countedWaiting(): { readonly classify: Classify; count(): number } {
  let requests = 0;
  return {
    classify: (texts, options) => {
      requests++;
      return waiting(texts, options);
    },
    count: () => requests,
  };
}

/** A call that is begun and not ended. */
export function begin(session: ClientHttp2Session, headers = {}): ClientHttp2Stream {
  const stream = session.request(
    {
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/inference.GRPCInferenceService/ModelInfer',
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    },
    { endStream: false },
  );
  stream.on('error', () => undefined);
  return stream.resume();
}

/** The status of a call without an answer before it. */
export async function statusOf(stream: ClientHttp2Stream) {
  const [headers] = await once(stream, 'response');
  return { code: Number(headers['grpc-status']), problem: headers['problem-type'] };
}

/** The beginning of a message of `bytes`. */
export function frame(bytes: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes, 1);
  return head;
}

const { requestSerialize } = loadProtocol().inference.ModelInfer as unknown as {
  requestSerialize(message: object): Buffer;
};
export const INFER_BYTES = requestSerialize(REQUEST);
/** As it is sent. */
export const MESSAGE = Buffer.concat([frame(INFER_BYTES.length), INFER_BYTES]);

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await nextTurn();
  }
}
