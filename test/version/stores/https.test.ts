/** Redirects: only the server that the setting names answers. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';

let location: string | undefined;
let requests: string[];
const servers: Server[] = [];
let url: string;
let other: string;

async function listen(): Promise<string> {
  const server = createServer((req, res) => {
    requests.push(req.url as string);
    if (req.url?.startsWith('/store/') && location !== undefined) {
      res.writeHead(302, { location }).end('moved');
    } else {
      res.end('bytes');
    }
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  url = await listen();
  other = await listen();
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  requests = [];
});

const read = () => openStore(`${url}/store`, { timeoutMs: 1000 }).read('model/PINNED', 100);

test.each([
  ['its own path', () => '/elsewhere/PINNED'],
  ['its own address', () => `${url}/elsewhere/PINNED`],
])('a redirect to %s is followed', async (_name, target) => {
  location = target();
  expect((await read()).toString()).toBe('bytes');
  expect(requests).toEqual(['/store/model/PINNED', '/elsewhere/PINNED']);
});

test.each([
  ['another port, without encryption', () => `${other}/elsewhere`],
  ['another host', () => 'https://models.example.com/elsewhere'],
  ['another host, without encryption', () => 'http://models.example.com/elsewhere'],
  ['a name that begins with the host', () => 'https://127.0.0.1.example.com/elsewhere'],
  ['the host with a password', () => 'https://user:secret@127.0.0.1/elsewhere'],
  ['no address', () => 'http://'],
  ['a file', () => 'file:///etc/hostname'],
])('a redirect to %s is refused, without a request', async (_name, target) => {
  location = target();
  await expect(read()).rejects.toMatchObject({
    code: 'store-refused',
    message: expect.stringMatching(
      /^http:\/\/127\.0\.0\.1:\d+\/store\/model\/PINNED: redirect: expected an https:\/\/ address of 127\.0\.0\.1, found /,
    ),
  });
  expect(requests).toEqual(['/store/model/PINNED']);
});

test('a loop of redirects ends', async () => {
  location = '/store/again';
  await expect(read()).rejects.toMatchObject({
    code: 'store-refused',
    message: expect.stringContaining('expected at most 5 redirects, found more'),
  });
});

test('a certificate that is not trusted is an error of the store, not a defect', async () => {
  await expect(
    openStore(url.replace('http:', 'https:'), { timeoutMs: 1000 }).read('a', 1),
  ).rejects.toMatchObject({ name: 'ModelError' });
});
