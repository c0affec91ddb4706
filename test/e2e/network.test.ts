/** From where the built server can be reached, and whom it takes a client for. */
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe.each([
  ['one process', {}],
  ['two processes', { PROCESSES: '2', WORKERS: '2' }],
])('without HOST, %s', (_, env) => {
  test('answer on 127.0.0.1, and on [::1] where the system has it', async () => {
    const server = await startServer({ ...env, HOST: '' });
    const { port } = new URL(server.url);
    const hosts = hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
    for (const host of hosts) {
      const { status } = await fetch(`http://${host}:${port}/healthz`);
      expect.soft(status, host).toBe(200);
    }
    expect((await server.stop()).code).toBe(0);
  });
});

test('an address in HOST is the only one', async () => {
  const server = await startServer({ HOST: '127.0.0.1' }, 'listening');
  const { port } = new URL(server.url);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow();
  await server.stop();
});

describe('the address of a client', () => {
  const forged = '198.51.100.1, 203.0.113.7';

  test.each([
    ['is that which the trusted proxy has appended', { TRUST_PROXY: '1' }, '203.0.113.7'],
    [
      'is that of the connection where it is no trusted proxy',
      { TRUST_PROXY: '10.0.0.0/8' },
      '127.0.0.1',
    ],
    ['is not logged where no proxy is trusted', {}, undefined],
  ])('%s', async (_, env, address) => {
    const server = await startServer({ ...env }, 'listening');
    const response = await fetch(`${server.url}/none`, { headers: { 'x-forwarded-for': forged } });
    expect(response.status).toBe(404);
    const line = await server.eventually(({ event }) => event === 'request');
    expect(line).toMatchObject({ route: 'none', status: 404 });
    expect(line.address).toBe(address);
    await server.stop();
  });
});
