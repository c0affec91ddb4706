/** Calls over gRPC, and what their clients do to them. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createManager } from '../../src/serving/manager.ts';
import { ProblemError } from '../../src/serving/problem.ts';
import {
  answering,
  begin,
  countedWaiting,
  endGrpc,
  frame,
  MESSAGE,
  REQUEST,
  startGrpc,
  statusOf,
  until,
  waiting,
} from '../support/grpc-in-process.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await endGrpc();
});

/** As if so much time had passed. */
function advance(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

test('a call whose client cancels it is given up, and counted as one whose client had gone', async () => {
  const { classify, count } = countedWaiting();
  const server = await startGrpc(classify);
  const call = server.connect().call('ModelInfer', REQUEST);
  const cancelled = expect(call.response).rejects.toThrow(/CANCELLED/);
  await until(() => count() === 1);
  expect(server.inProgress()).toBe(1);
  call.cancel();
  await cancelled;
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['499 ModelInfer']);
  expect(server.rejected).toEqual(['client_gone']);
  expect(server.inProgress()).toBe(0);
});

test('a call is given up at the deadline that its client sends, which is no error of the server', async () => {
  const server = await startGrpc(waiting);
  const stream = begin(await server.open(), { 'grpc-timeout': '2S' });
  stream.end(MESSAGE);
  expect((await statusOf(stream)).code).toBe(4);
  await until(() => server.ended.length === 1 && server.rejected.length === 1);
  expect(server.ended).toEqual(['499 ModelInfer']);
  expect(server.rejected).toEqual(['deadline']);
});

test('a call that has no prediction before the deadline of its client is an error of the server', async () => {
  const server = await startGrpc(() =>
    Promise.reject(new ProblemError('deadline-exceeded', 'There was no prediction within 10 s')),
  );
  const stream = begin(await server.open(), { 'grpc-timeout': '2H' });
  stream.end(MESSAGE);
  expect((await statusOf(stream)).code).toBe(4);
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['504 ModelInfer']);
});

test('a queue that is full is reported with the time after which to try again', async () => {
  const server = await startGrpc(async () => {
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
  const server = await startGrpc(async () => {
    throw cause;
  });
  const { code, details } = await server.connect().refusal('ModelInfer', REQUEST);
  expect(code).toBe('INTERNAL');
  expect(details).not.toContain('secret');
  expect(server.errors).toEqual([cause]);
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['500 ModelInfer']);
});

test('a server without a model is live and not ready', async () => {
  const server = await startGrpc(answering, { manager: createManager('c'.repeat(40)) });
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

test.each([
  ['model', { name: 'other' }],
  ['version', { name: 'm', version: '1' }],
])('an unknown %s is not ready', async (_what, reference) => {
  const server = await startGrpc(answering);
  const client = server.connect();
  expect(await client.call('ModelReady', { name: 'm' }).response).toEqual({ ready: true });
  expect(await client.call('ModelReady', reference).response).toEqual({ ready: false });
});

test('a message that does not arrive is not waited for', async () => {
  const server = await startGrpc(answering);
  const stream = begin(await server.open());
  stream.write(frame(1_000));
  await until(() => server.inProgress() === 1);
  advance(31_000);
  expect(await statusOf(stream)).toEqual({ code: 4, problem: '/problems/request-timeout' });
  await until(() => server.ended.length === 1);
  expect(server.ended).toEqual(['408 ModelInfer']);
});

test('an answer that its client does not read ends', async () => {
  const server = await startGrpc(answering);
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
  const server = await startGrpc(answering);
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
  const server = await startGrpc(answering);
  const stream = begin(await server.open());
  const refused = statusOf(stream);
  stream.write(frame(100_000));
  for (let sent = 0; sent < 6_000 && !stream.closed; sent++) {
    await Promise.race([new Promise((resolve) => stream.write('x', resolve)), refused]);
  }
  expect(await refused).toEqual({ code: 3, problem: '/problems/invalid-request' });
});

test('of more connections than are allowed, one without a call goes', async () => {
  const { classify, count } = countedWaiting();
  const server = await startGrpc(classify, { maxConnections: 2 });
  const busy = server.connect().call('ModelInfer', REQUEST);
  const given = expect(busy.response).rejects.toThrow();
  await until(() => count() === 1);
  const idle = await server.open();
  const closed = once(idle, 'close');
  expect(await server.connect().call('ServerLive').response).toEqual({ live: true });
  await closed;
  expect(server.closed).toEqual(['evicted']);
  busy.cancel();
  await given;
});

test('a connection that never becomes HTTP/2 is closed where the server stops', async () => {
  const server = await startGrpc(answering);
  const socket = connectTcp(Number(server.address.split(':')[1]), '127.0.0.1');
  const closed = once(socket.resume(), 'close');
  await once(socket, 'connect');
  await server.drain();
  await closed;
  expect(socket.destroyed).toBe(true);
});
