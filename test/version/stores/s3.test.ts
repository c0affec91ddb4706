/** What the S3 client sends: no header that only some servers know. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';
import type { WritableStore } from '../../../src/version/stores/store.ts';

test('requests have no checksum header', async () => {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((req, res) => {
    headers.push(req.headers);
    req.resume().on('end', () => res.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_REGION: 'eu-test-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  const store = openStore('s3://bucket/p') as WritableStore;
  expect(await store.create('m/sha/file', Buffer.from('bytes'))).toBe('created');
  await store.read('m/sha/file', 10);
  server.closeAllConnections();
  server.close();
  expect(headers).toHaveLength(2);
  for (const names of headers.map((each) => Object.keys(each))) {
    expect(names.filter((name) => /checksum|trailer|content-encoding/.test(name))).toEqual([]);
  }
});
