/** Calls over gRPC and what their clients do to them: the server in this process, around a classifier of the test's. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { loadProtocol } from '../../src/grpc/protocol.ts';
import { createGrpcServer, type GrpcOptions, type GrpcServer } from '../../src/grpc/server.ts';
import type { Classifier } from '../../src/inference/classifier.ts';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createBodyBudget } from '../../src/network/body-budget.ts';
import { listen } from '../../src/network/listen.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { createKeyring } from '../../src/serving/clients.ts';
import { createManager } from '../../src/serving/manager.ts';
import { createOpenInference } from '../../src/serving/open-inference/open-inference.ts';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import { createPredictor } from '../../src/serving/predictor.ts';
import { serving } from '../support/app.ts';
import { connectGrpc, type GrpcClient, inferRequest } from '../support/grpc.ts';
import { observerWith } from '../support/observer.ts';

type Classify = Classifier['classify'];

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ends.splice(0).reverse()) {
    await end();
  }
});

async function start(classify: Classify, options: Partial<GrpcOptions> = {}) {
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
    ...{ maxConnections: 100, maxConnectionsPerAddress: 100 },
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

const REQUEST = inferRequest(['a text'], { model_name: 'm' });
const ANSWER = {
  classification: {
    ...{ label: 'positive', score: 0.75, scores: { negative: 0.25, positive: 0.75 } },
    ...{ language: 'en', languageConfidence: 1, tokens: 3, unknownRatio: 0, truncated: false },
  },
  cached: false,
};

const answering: Classify = async (texts) => texts.map(() => ANSWER) as never;

/** Waits until it is given up. */
const waiting: Classify = (_texts, { onWaiting } = {}) =>
  new Promise((_resolve, reject) => onWaiting?.(reject));

/** A call that is begun and not ended. */
function begin(session: ClientHttp2Session, headers = {}): ClientHttp2Stream {
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
async function statusOf(stream: ClientHttp2Stream) {
  const [headers] = await once(stream, 'response');
  return { code: Number(headers['grpc-status']), problem: headers['problem-type'] };
}

/** The beginning of a message of `bytes`. */
function frame(bytes: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes, 1);
  return head;
}

const { requestSerialize } = loadProtocol().inference.ModelInfer as unknown as {
  requestSerialize(message: object): Buffer;
};
const bytes = requestSerialize(REQUEST);
const MESSAGE = Buffer.concat([frame(bytes.length), bytes]);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await nextTurn();
  }
}

/** As if so much time had passed. */
function advance(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

test('a call whose client cancels it is given up, and counted as one whose client had gone', async () => {
  let calls = 0;
  const server = await start((texts, options) => {
    calls++;
    return waiting(texts, options);
  });
  const call = server.connect().call('ModelInfer', REQUEST);
  const cancelled = expect(call.response).rejects.toThrow(/CANCELLED/);
  await until(() => calls === 1);
  expect(server.inProgress()).toBe(1);
  call.cancel();
  await cancelled;
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['499 ModelInfer']);
  expect(server.rejected).toEqual(['client_gone']);
  expect(server.inProgress()).toBe(0);
});

test('a call is given up at the deadline that its client sends', async () => {
  const server = await start(waiting);
  const stream = begin(await server.open(), { 'grpc-timeout': '50m' });
  stream.end(MESSAGE);
  expect((await statusOf(stream)).code).toBe(4);
  await until(() => server.ended.length === 1 && server.rejected.length === 1);
  expect(server.ended).toEqual(['504 ModelInfer']);
  expect(server.rejected).toEqual(['deadline']);
});

test('a queue that is full is reported with the time after which to try again', async () => {
  const server = await start(async () => {
    throw new ClassifierError('queue-full', 'the queue is full', {
      data: { retryAfterSeconds: 7 },
    });
  });
  const { code, problem, trailing } = await server.connect().refusal('ModelInfer', REQUEST);
  expect([code, problem]).toEqual(['RESOURCE_EXHAUSTED', '/problems/queue-full']);
  expect(trailing.getMap()).toMatchObject({
    ...{ 'retry-after': '7', 'grpc-retry-pushback-ms': '7000' },
  });
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['429 ModelInfer']);
});

test('an error that is not known is hidden from the client', async () => {
  const cause = new Error('the secret cause');
  const server = await start(async () => {
    throw cause;
  });
  const { code, details } = await server.connect().refusal('ModelInfer', REQUEST);
  expect(code).toBe('INTERNAL');
  expect(details).not.toContain('secret');
  expect(server.errors).toEqual([cause]);
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['500 ModelInfer']);
});

test('a server without a model says so', async () => {
  const server = await start(answering, { manager: createManager('c'.repeat(40)) });
  const client = server.connect();
  expect(await client.call('ServerLive').response).toEqual({ live: true });
  expect(await client.call('ServerReady').response).toEqual({ ready: false });
  expect(await client.call('ModelReady', { name: 'm' }).response).toEqual({ ready: false });
  expect(await client.call('Check').response).toEqual({ status: 'NOT_SERVING' });
  expect(await client.refusal('ModelInfer', REQUEST)).toMatchObject({
    ...{ code: 'UNAVAILABLE', problem: '/problems/not-ready' },
  });
  expect(await client.refusal('Check', { service: 'other' })).toMatchObject({ code: 'NOT_FOUND' });
});

test('a message that does not arrive is not waited for', async () => {
  const server = await start(answering);
  const stream = begin(await server.open());
  stream.write(frame(1_000));
  await until(() => server.inProgress() === 1);
  advance(31_000);
  expect(await statusOf(stream)).toEqual({ code: 4, problem: '/problems/request-timeout' });
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['408 ModelInfer']);
});

test('an answer that its client does not read ends', async () => {
  const server = await start(answering);
  const stream = begin(await server.open({ initialWindowSize: 0 }));
  stream.end(MESSAGE);
  await once(stream, 'response');
  expect(server.inProgress()).toBe(1);
  advance(31_000);
  await once(stream, 'close');
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['499 ModelInfer']);
});

test('messages that arrive share a budget of memory', async () => {
  const server = await start(answering);
  const session = await server.open();
  const [first, second] = [begin(session), begin(session)];
  const part = Buffer.concat([frame(500_000), Buffer.alloc(100_000)]);
  first.write(part);
  second.write(part);
  const refused = await Promise.race([statusOf(first), statusOf(second)]);
  expect(refused).toEqual({ code: 14, problem: '/problems/too-many-bodies' });
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['503 ModelInfer']);
});

test('a message in thousands of tiny frames is refused', async () => {
  const server = await start(answering);
  const stream = begin(await server.open());
  const refused = statusOf(stream);
  stream.write(frame(100_000));
  for (let sent = 0; sent < 6_000 && !stream.closed; sent++) {
    await Promise.race([new Promise((resolve) => stream.write('x', resolve)), refused]);
  }
  expect(await refused).toEqual({ code: 3, problem: '/problems/invalid-request' });
});

test('of more connections than are allowed, one without a call goes', async () => {
  let calls = 0;
  const server = await start(
    (texts, options) => {
      calls++;
      return waiting(texts, options);
    },
    { maxConnections: 2 },
  );
  const busy = server.connect().call('ModelInfer', REQUEST);
  const given = expect(busy.response).rejects.toThrow();
  await until(() => calls === 1);
  const idle = await server.open();
  const closed = once(idle, 'close');
  expect(await server.connect().call('ServerLive').response).toEqual({ live: true });
  await closed;
  expect(server.closed).toEqual(['evicted']);
  busy.cancel();
  await given;
});

test('a connection that never becomes HTTP/2 is closed where the server stops', async () => {
  const server = await start(answering);
  const socket = connectTcp(Number(server.address.split(':')[1]), '127.0.0.1');
  const closed = once(socket.resume(), 'close');
  await once(socket, 'connect');
  await ends.shift()?.();
  await closed;
  expect(socket.destroyed).toBe(true);
});

const compressed = (bytes: Buffer): Buffer => {
  const packed = gzipSync(bytes);
  const head = frame(packed.length);
  head[0] = 1;
  return Buffer.concat([head, packed]);
};

test.each<[string, Record<string, string>, Buffer, number | undefined]>([
  ['a message that is compressed', { 'grpc-encoding': 'gzip' }, compressed(bytes), 0],
  ['a method that does not exist', { ':path': '/nowhere' }, MESSAGE, 12],
  ['a path with other characters', { ':path': '/\u00e9\u0080"%' }, MESSAGE, 12],
  ['a long path', { ':path': `/${'x'.repeat(10_000)}` }, MESSAGE, 12],
  ['no media type of gRPC', { 'content-type': 'application/json' }, MESSAGE, undefined],
  ['a deadline that is none', { 'grpc-timeout': 'soon' }, MESSAGE, 13],
  ['a deadline far away', { 'grpc-timeout': '99999999H' }, MESSAGE, 0],
  ['binary metadata that is none', { 'x-trace-bin': '%%%' }, MESSAGE, 0],
  ['an unknown compression', { 'grpc-encoding': 'br' }, compressed(bytes), 12],
  [
    'a message that is wrongly compressed',
    { 'grpc-encoding': 'gzip' },
    Buffer.from([1, 0, 0, 0, 2, 1, 2]),
    13,
  ],
  [
    'a message that grows too large',
    { 'grpc-encoding': 'gzip' },
    compressed(Buffer.alloc(2_000_000)),
    8,
  ],
  ['two messages', {}, Buffer.concat([MESSAGE, MESSAGE]), 12],
  ['no message', {}, Buffer.alloc(0), 12],
  ['half a message', {}, MESSAGE.subarray(0, 8), 12],
])('%s does no harm', async (_name, headers, body, code) => {
  const server = await start(answering);
  const session = await server.open();
  const stream = begin(session, headers);
  let found: unknown;
  stream.on('response', (given) => {
    found = given['grpc-status'];
  });
  stream.on('trailers', (given) => {
    found = given['grpc-status'];
  });
  stream.end(body);
  await once(stream, 'close');
  expect(found === undefined ? undefined : Number(found)).toBe(code);
  expect(server.inProgress()).toBe(0);
  expect(await server.connect().call('ServerLive').response).toEqual({ live: true });
});
