/** Calls that are no calls of gRPC. */
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import {
  answering,
  begin,
  endGrpc,
  frame,
  INFER_BYTES,
  MESSAGE,
  startGrpc,
} from '../support/grpc-in-process.ts';

afterEach(endGrpc);

const compressed = (bytes: Buffer): Buffer => {
  const packed = gzipSync(bytes);
  const head = frame(packed.length);
  head[0] = 1;
  return Buffer.concat([head, packed]);
};

test.each<[string, Record<string, string>, Buffer, number | undefined]>([
  ['a message that is compressed', { 'grpc-encoding': 'gzip' }, compressed(INFER_BYTES), 0],
  ['a method that does not exist', { ':path': '/nowhere' }, MESSAGE, 12],
  ['a path with other characters', { ':path': '/\u00e9\u0080"%' }, MESSAGE, 12],
  ['a long path', { ':path': `/${'x'.repeat(10_000)}` }, MESSAGE, 12],
  ['no media type of gRPC', { 'content-type': 'application/json' }, MESSAGE, undefined],
  ['a deadline that is none', { 'grpc-timeout': 'soon' }, MESSAGE, 13],
  ['a deadline far away', { 'grpc-timeout': '99999999H' }, MESSAGE, 0],
  ['binary metadata that is none', { 'x-trace-bin': '%%%' }, MESSAGE, 0],
  ['an unknown compression', { 'grpc-encoding': 'br' }, compressed(INFER_BYTES), 12],
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
  const server = await startGrpc(answering);
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
