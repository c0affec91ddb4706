/** Answers of servers that are slow or large. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { fetchText } from '../src/fetch-text.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) {
    stop();
  }
});

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the text, status and headers of an answer', async () => {
  const url = await answering((req, res) => {
    res.writeHead(418, { 'x-seen': `${req.method} ${req.headers['x-sent']}` }).end('é');
  });
  const answer = await fetchText(url, {
    ...{ method: 'POST', headers: { 'x-sent': '1' } },
    timeoutMs: 60_000,
  });
  expect([answer.status, answer.headers.get('x-seen'), answer.text]).toEqual([418, 'POST 1', 'é']);
});

test('the time is over although the body goes on and garbage was collected, and the connection ends', async () => {
  let closed: Promise<unknown> | undefined;
  const url = await answering((_req, res) => {
    const timer = setInterval(() => {
      res.write(' ');
      collectGarbage();
    }, 50);
    closed = once(res, 'close').finally(() => clearInterval(timer));
    res.write('{');
  });
  const failing = fetchText(url, { timeoutMs: 1_000 });
  await expect(failing).rejects.toMatchObject({ name: 'TimeoutError' });
  await closed;
});

test('a large answer is not read to its end', async () => {
  const url = await answering((_req, res) => {
    const write = (): void => {
      while (res.write('x'.repeat(65_536))) {}
      res.once('drain', write);
    };
    write();
  });
  const failing = fetchText(url, { timeoutMs: 60_000, maxBytes: 100_000 });
  await expect(failing).rejects.toMatchObject({ code: 'too-large' });
});
