/** Certificates of the built server, on all of its ports. */
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { connectGrpc, inferRequest } from '../support/grpc.ts';
import { ROOT, runCommand, startServer } from '../support/server.ts';

const FIXTURES = join(ROOT, 'test/fixtures/tls');
const file = (name: string): string => join(FIXTURES, name);
const FIRST = { TLS_CERT: file('first.pem'), TLS_KEY: file('first.key') };
const SECURE = { HOST: '127.0.0.1', ...FIRST };

/** One request on a connection of its own. */
async function send(
  url: string,
  path: string,
  ca: string,
  body?: unknown,
): Promise<{ status: number | undefined; body: string; servedBy: string }> {
  const sent = request(new URL(path, url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ca: readFileSync(file(ca)),
    agent: false,
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const servedBy = (response.socket as TLSSocket).getPeerCertificate().subject.CN as string;
  return { status: response.statusCode, body: await text(response), servedBy };
}

test('with a certificate, every port has TLS', async () => {
  const server = await startServer({ ...SECURE, GRPC_PORT: '0', ADMIN_PORT: '0' });
  const listening = await server.eventually(({ event }) => event === 'listening');
  const { url, admin_url: adminUrl, grpc_address: address } = listening as Record<string, string>;
  expect([url, adminUrl]).toEqual([
    expect.stringMatching(/^https:/),
    expect.stringMatching(/^https:/),
  ]);
  const { status, body } = await send(url as string, '/predict', 'first.pem', {
    inputs: 'so good',
  });
  expect([status, JSON.parse(body).predictions[0].label]).toEqual([200, 'positive']);
  expect((await send(adminUrl as string, '/metrics', 'first.pem')).status).toBe(200);

  const ca = readFileSync(file('first.pem'));
  const secure = connectGrpc(address as string, credentials.createSsl(ca));
  const response = await secure.call('ModelInfer', inferRequest(['so good'])).response;
  expect(response.model_name).toBe('tweet-sentiment');
  secure.close();

  const plain = connectGrpc(address as string);
  expect(await plain.refusal('ServerLive')).toMatchObject({ code: 'UNAVAILABLE' });
  plain.close();
  await expect(fetch((url as string).replace('https', 'http'))).rejects.toThrow();
  await expect(send(url as string, '/healthz', 'second.pem')).rejects.toThrow(/self-signed/);

  const simulated = await runCommand(
    ['simulate', '--url', url as string, '--mix', 'en=1', '--rate', '20', '--for', '1s'],
    { NODE_EXTRA_CA_CERTS: file('first.pem') },
  );
  expect(simulated).toMatchObject({ code: 0 });
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(server.lines.find(({ event }) => event === 'certificate_read')).toMatchObject({
    ...{ level: 'info', file: FIRST.TLS_CERT },
  });
});

test.each([{}, { PROCESSES: '2', WORKERS: '2' }])(
  'a certificate is renewed on SIGHUP, with %j',
  async (processes: Record<string, string>) => {
    const folder = temporaryFolder();
    const paths = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') };
    const use = (name: string): void => {
      copyFileSync(file(`${name}.pem`), paths.TLS_CERT);
      copyFileSync(file(`${name}.key`), paths.TLS_KEY);
    };
    use('first');
    const server = await startServer({ HOST: '127.0.0.1', ...paths, ...processes });
    const count = Number(processes.PROCESSES ?? 1);
    const linesOf = (name: string) => server.lines.filter(({ event }) => event === name);
    use('second');
    server.process.kill('SIGHUP');
    await server.eventually(() => linesOf('certificate_read').length === 2 * count);
    for (let request = 0; request < 2 * count; request++) {
      const { status, servedBy } = await send(server.url, '/readyz', 'second.pem');
      expect([status, servedBy]).toEqual([200, 'second']);
    }

    writeFileSync(paths.TLS_KEY, readFileSync(file('first.key')));
    server.process.kill('SIGHUP');
    await server.eventually(() => linesOf('certificate_refused').length === count);
    expect(linesOf('certificate_refused')[0]).toMatchObject({
      message: `TLS_KEY: ${paths.TLS_KEY}: expected the key of the certificate in ${paths.TLS_CERT}, found another`,
    });
    expect((await send(server.url, '/readyz', 'second.pem')).servedBy).toBe('second');
    await server.stop();
  },
);

test('a certificate that is about to end, or has ended, is a warning', async () => {
  const server = await startServer({
    ...{ TLS_CERT: file('expired.pem'), TLS_KEY: file('expired.key') },
  });
  const line = await server.eventually(({ event }) => event === 'certificate_read');
  expect(line).toMatchObject({ level: 'warn', valid_to: '2020-01-02T00:00:00.000Z' });
  expect(line.valid_days).toBeLessThan(0);
  await server.stop();
});

test.each([
  [{ TLS_CERT: FIRST.TLS_CERT }, /TLS_KEY: expected a file, since TLS_CERT is set/],
  [{ TLS_KEY: FIRST.TLS_KEY }, /TLS_CERT: expected a file, since TLS_KEY is set/],
  [{ ...FIRST, TLS_CERT: '/nowhere.pem' }, /TLS_CERT: \/nowhere.pem does not exist/],
  [
    { ...FIRST, TLS_CERT: file('README.md') },
    /TLS_CERT: .*README.md: expected a certificate in PEM form/,
  ],
  [
    { ...FIRST, TLS_KEY: file('first.pem') },
    /TLS_KEY: .*first.pem: expected a private key without a passphrase in PEM form/,
  ],
  [
    { ...FIRST, TLS_KEY: file('second.key') },
    /TLS_KEY: .*second.key: expected the key of the certificate in .*first.pem, found another/,
  ],
])('%j is refused', async (settings: Record<string, string>, message) => {
  const { code, stderr } = await runCommand(['serve'], { PORT: '0', ...settings });
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(stderr).not.toContain('at ');
});

test('connections that do not end their handshake make room for others, and for a stop', async () => {
  const server = await startServer({ ...SECURE, MAX_CONNECTIONS: '4', GRPC_PORT: '0' });
  const { grpc_address: address } = await server.eventually(({ event }) => event === 'listening');
  const ports = [new URL(server.url).port, String(address).split(':')[1]];
  const silent = ports.flatMap((port) =>
    Array.from({ length: 6 }, () => connectTcp(Number(port), '127.0.0.1')),
  );
  for (const socket of silent) {
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
  }
  expect((await send(server.url, '/healthz', 'first.pem')).status).toBe(200);
  const ca = readFileSync(file('first.pem'));
  const client = connectGrpc(address as string, credentials.createSsl(ca));
  expect(await client.call('ServerLive').response).toEqual({ live: true });
  client.close();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('a client that keeps its connection open after it was refused is closed', async () => {
  const server = await startServer(SECURE);
  const ca = readFileSync(file('first.pem'));
  const socket = connect({
    port: Number(new URL(server.url).port),
    host: '127.0.0.1',
    ca,
    allowHalfOpen: true,
  } as never);
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('this is not HTTP\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
  // A connection that is closed at the other end fails with what is sent on it.
  const sending = setInterval(() => socket.write('more'), 50);
  await closed;
  clearInterval(sending);
  expect((await send(server.url, '/healthz', 'first.pem')).status).toBe(200);
  await server.stop();
});
