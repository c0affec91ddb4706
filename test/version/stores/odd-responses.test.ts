/** Responses of servers that are no stores, or broken ones: each ends with its own message. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';

let respond: (res: ServerResponse) => void;
let server: Server;
let url: string;
const before = { ...process.env };
beforeEach(async () => {
  server = createServer((_req, res) => respond(res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
afterEach(async () => {
  process.env = { ...before };
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const TIMEOUT_MS = 500;
const failure = (work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(work).then(
    () => 'no error',
    (error: Error) => error,
  );
const isError = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe.each(['http', 's3'])('a file of a store on %s', (kind) => {
  const read = () =>
    failure(
      openStore(kind === 's3' ? 's3://bucket/p' : url, { timeoutMs: TIMEOUT_MS }).read(
        'm/PINNED',
        900,
      ),
    );

  test('with bytes from another place than requested is refused', async () => {
    respond = (res) =>
      res.writeHead(206, { 'content-range': 'bytes 9-11/12', 'content-length': 3 }).end('abc');
    expect(await read()).toEqual(
      isError('store-refused', 'expected bytes from 0 on, found bytes from 9 on'),
    );
  });

  test('of which single bytes arrive is given up after the time that a store has to respond', async () => {
    respond = (res) => {
      res.writeHead(200, { 'content-length': 900 });
      const timer = setInterval(() => res.write('a'), TIMEOUT_MS / 10);
      res.on('close', () => clearInterval(timer));
    };
    expect(await read()).toEqual(isError('store-unavailable', `until ${TIMEOUT_MS} ms were over`));
  });
});

test('a compressed file is refused', async () => {
  respond = (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('abc');
  expect(await failure(openStore(url, { timeoutMs: TIMEOUT_MS }).read('m/PINNED', 900))).toEqual(
    isError('store-refused', 'content-encoding: expected identity, as requested, found gzip'),
  );
});

describe('a list of S3', () => {
  const page = (xml: string): string => `<ListBucketResult>${xml}</ListBucketResult>`;
  const more = '<IsTruncated>true</IsTruncated>';
  test.each([
    ['that is none', 200, '<html/>', 'expected a list of objects, found another response'],
    ['that is no XML', 200, 'abc', 'the response is not that of an S3 server'],
    ['that ends before its end', 200, page(more), 'found a part of it'],
    [
      'that never ends',
      200,
      page(`${more}<NextContinuationToken>x</NextContinuationToken>`),
      'found the same page again',
    ],
    [
      'that is not implemented',
      501,
      '',
      'expected a response of S3, found status 501 without its error',
    ],
  ])('%s is refused', async (_name, status, body, message) => {
    respond = (res) => res.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    const store = openStore('s3://bucket/p', { timeoutMs: TIMEOUT_MS });
    expect(await failure(store.list?.('m'))).toEqual(isError('store-refused', message));
  });
});
