/** How many calls may be open, on all connections. */
import { once } from 'node:events';
import { constants } from 'node:http2';
import { afterEach, expect, test } from 'vitest';
import {
  answering,
  begin,
  countedWaiting,
  endGrpc,
  frame,
  MESSAGE,
  REQUEST,
  startGrpc,
  until,
} from '../support/grpc-in-process.ts';

afterEach(endGrpc);

/** Not `once`, which rejects at the error before it. */
function endOf(stream: ReturnType<typeof begin> | undefined): Promise<unknown> {
  return new Promise((resolve) => stream?.once('close', resolve));
}

const EVICTED = constants.NGHTTP2_ENHANCE_YOUR_CALM;

test('where calls without a message take all room, the oldest goes for a new one', async () => {
  const server = await startGrpc(answering, { maxConnections: 3 });
  const session = await server.open();
  const streams = [1, 2, 3].map(() => begin(session));
  await until(() => server.inProgress() === 3);
  const closed = endOf(streams[0]);
  expect(await server.connect().call('ServerLive').response).toEqual({ live: true });
  await closed;
  expect(streams.map(({ rstCode, closed: isClosed }) => isClosed && rstCode)).toEqual([
    ...[EVICTED, false, false],
  ]);
  expect(server.ended).toContain('499 ModelInfer');
  streams[2]?.end(MESSAGE);
  await until(() => server.ended.includes('200 ModelInfer'));
});

test('where streams of messages take all room, the oldest goes for a new one', async () => {
  const server = await startGrpc(answering, { maxConnections: 3 });
  const session = await server.open({ initialWindowSize: 0 });
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const listServices = Buffer.concat([frame(3), Buffer.from([0x3a, 1, 0x2a])]);
  const streams: ReturnType<typeof begin>[] = [];
  for (let i = 0; i < 3; i++) {
    const stream = begin(session, { ':path': path });
    streams.push(stream);
    const answered = once(stream, 'response');
    stream.write(listServices);
    await answered;
  }
  const closed = endOf(streams[0]);
  expect(await server.connect().call('ServerLive').response).toEqual({ live: true });
  await closed;
  expect(streams.map(({ rstCode, closed: isClosed }) => isClosed && rstCode)).toEqual([
    ...[EVICTED, false, false],
  ]);
});

test('calls that wait for predictions do not go for new ones', async () => {
  const { classify, count } = countedWaiting();
  const server = await startGrpc(classify, { maxConnections: 3 });
  const client = server.connect();
  const responses = [1, 2, 3].map(() => client.call('ModelInfer', REQUEST));
  const cancelled = responses.map(({ response }) => expect(response).rejects.toThrow(/CANCELLED/));
  await until(() => count() === 3);
  expect(await client.call('ServerLive').response).toEqual({ live: true });
  expect(server.ended).toEqual(['200 ServerLive']);
  for (const call of responses) {
    call.cancel();
  }
  await Promise.all(cancelled);
});

test('a connection at its age gets no more calls, and those that it has are answered', async () => {
  let answerAll = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  const late: typeof answering = async (...call) => answered.then(() => answering(...call));
  const server = await startGrpc(late, { maxConnectionAge: 1 });
  const session = await server.open();
  const goaway = once(session, 'goaway');
  const stream = begin(session);
  stream.end(MESSAGE);
  await until(() => server.inProgress() === 1);
  await goaway;
  expect(server.ended).toEqual([]);
  answerAll();
  await until(() => server.ended.length > 0);
  expect(server.ended).toEqual(['200 ModelInfer']);
});
