/**
 * A burst of predictions does not hold the event loop. Client and server share one thread here: what
 * the client writes in one turn of the loop arrives together, and the clock moves only when it is read.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { createTestApp, serving } from '../support/app.ts';
import { observerWith } from '../support/observer.ts';
import { openConnection } from '../support/raw-http.ts';

const BURST = 100;
/** Requests that may be worked on before a probe that arrives with them is answered. */
const FEW = 10;
const BODY = JSON.stringify({ inputs: 'text' });
const HEAD =
  'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
  `content-length: ${BODY.length}\r\n\r\n`;
const PROBE = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';

let server: Server;
let requests: (IncomingMessage & { body?: unknown })[];
let counts: { classified: number };
/** How many requests and bodies had been read and how many texts classified when the probe's turn came. */
let atProbe: { requests: number; bodies: number; classified: number } | undefined;
let clients: Socket[];

beforeEach(async () => {
  requests = [];
  const own = { classified: 0 };
  counts = own;
  atProbe = undefined;
  const classify = () => {
    own.classified++;
    return new Promise<never>(() => undefined);
  };
  const app = express();
  app.use((req, _res, next) => {
    if (req.path === '/healthz') {
      const bodies = requests.filter((each) => Object.hasOwn(each, 'body')).length;
      atProbe = { requests: requests.length, bodies, ...counts };
    } else {
      requests.push(req);
    }
    next();
  });
  app.use(createTestApp(await serving({ classify })));
  server = createHttpServer(app, {
    handling: createHandlingPacer(),
    maxConnections: 2 * BURST,
    maxConnectionsPerAddress: 2 * BURST,
    requestTimeoutMs: 1000,
    keepAliveTimeoutMs: 5000,
    commit: () => undefined,
    observer: observerWith(),
  }).server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let accepted = 0;
  server.on('connection', () => ++accepted);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clients = Array.from({ length: BURST + 1 }, () => openConnection(url));
  await until(() => accepted === clients.length);
  let time = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++time);
});
afterEach(() => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

/** Each client but the last writes, then the last one sends a probe, in one turn of the loop. */
function writeTogether(bytes: string): void {
  for (const client of clients.slice(0, BURST)) {
    client.write(bytes);
  }
  clients[BURST]?.write(PROBE);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await nextTurn();
  }
}

test('a probe is answered before most of the requests that arrive with it', async () => {
  writeTogether(HEAD + BODY);
  await until(() => atProbe !== undefined);
  expect(atProbe?.requests).toBeLessThan(FEW);
  await until(() => counts.classified === BURST);
});

test('a probe is answered before most of the bodies that arrive with it are classified', async () => {
  for (const client of clients.slice(0, BURST)) {
    client.write(HEAD);
  }
  // Each waits for its body.
  await until(() => requests.filter((req) => req.listenerCount('data') > 0).length === BURST);
  writeTogether(BODY);
  await until(() => atProbe !== undefined);
  expect(atProbe?.classified).toBeLessThan(FEW);
  expect(atProbe?.bodies).toBe(BURST);
  await until(() => counts.classified === BURST);
});
