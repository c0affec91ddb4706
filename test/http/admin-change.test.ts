/** A change takes as long as the version takes to be fetched and loaded. */
import { once } from 'node:events';
import { Agent, createServer, get, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createManager } from '../../src/serving/manager.ts';
import { COMMIT, createTestApp } from '../support/app.ts';

const TOKEN = 'sixteen-characters';
const TIMEOUT_MS = 40_000;

test('a connection is not closed while it waits for a change, and has its time limit again afterwards', async () => {
  const sockets: Socket[] = [];
  const limits: (number | undefined)[] = [];
  const readLimit = (): number => limits.push(sockets[0]?.timeout);
  const app = createTestApp(createManager(COMMIT), { onRequestStart: readLimit }, [], [TOKEN], {
    change: async () => {
      readLimit();
      return { type: 'rollback', from: undefined, to: undefined, isChanged: true, warnings: [] };
    },
  });
  const server = createServer(app);
  server.timeout = TIMEOUT_MS;
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { port } = server.address() as AddressInfo;
  const options = { host: '127.0.0.1', port, agent, headers: { authorization: `Bearer ${TOKEN}` } };

  const change = request({ ...options, method: 'POST', path: '/admin/rollback' }).end();
  const [changed] = await once(change, 'response');
  await text(changed);
  const [described] = await once(get({ ...options, path: '/admin' }), 'response');
  await text(described);

  expect([changed.statusCode, described.statusCode, sockets.length]).toEqual([200, 200, 1]);
  expect(limits).toEqual([TIMEOUT_MS, 0, TIMEOUT_MS]);
  agent.destroy();
  server.close();
});
