import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';

test('requests and responses have what Express adds before it sees them', async () => {
  const app = express();
  const before: unknown[] = [];
  const after: unknown[] = [];
  app.get('/', (req, res) => {
    after.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
    res.json({ query: req.query });
  });
  const server = createHttpServer(app);
  server.prependListener('request', (req, res) => {
    before.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/?a=1`);
  expect(await answer.json()).toEqual({ query: { a: '1' } });
  expect(after).toHaveLength(2);
  expect(before).toEqual(after);
  expect(before[0]).toBe(after[0]);
  expect(before[1]).toBe(after[1]);
  server.close();
});
