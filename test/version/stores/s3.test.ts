/** What the S3 client sends: no header that only some servers know. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';
import type { WritableStore } from '../../../src/version/stores/store.ts';

/** A store at an endpoint that answers each request with `answer`. */
async function storeAt(answer: RequestListener): Promise<{ store: WritableStore; close(): void }> {
  const server = createServer((req, res) => {
    req.resume().on('end', () => answer(req, res));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_REGION: 'eu-test-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { store: openStore('s3://bucket/p') as WritableStore, close };
}

test('requests have no checksum header', async () => {
  const headers: IncomingHttpHeaders[] = [];
  const { store, close } = await storeAt((req, res) => {
    headers.push(req.headers);
    res.end();
  });
  expect(await store.create('m/sha/file', Buffer.from('bytes'))).toBe('created');
  await store.read('m/sha/file', 10);
  close();
  expect(headers).toHaveLength(2);
  for (const names of headers.map((each) => Object.keys(each))) {
    expect(names.filter((name) => /checksum|trailer|content-encoding/.test(name))).toEqual([]);
  }
});

test.each([
  [501, ''],
  [405, '<html>not here</html>'],
  [400, 'bad request'],
])('status %i with %j is reported as that of no S3 server', async (status, body) => {
  const { store, close } = await storeAt((_req, res) => void res.writeHead(status).end(body));
  const error = await store.read('m/sha/file', 10).catch((reason: unknown) => reason);
  close();
  expect(error).toMatchObject({
    code: 'store-refused',
    message: `s3://bucket/p/m/sha/file: expected a response of S3, found status ${status} without its error`,
  });
});
