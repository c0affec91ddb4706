/** Probes as the kubelet carries them out. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProbes } from '../../deploy/test/pods/probes.mjs';

const probe = (path: string) => ({
  ...{ path, port: 'http', initialDelayMs: 0, periodMs: 10, timeoutMs: 60_000 },
  ...{ failureThreshold: 3, successThreshold: 1 },
});

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 });

/** A container whose routes answer with these statuses, in their order; the last one stays. */
async function probed(statuses: Record<string, number[]>) {
  const server = createServer((req, res) => {
    const all = statuses[req.url ?? ''] ?? [];
    res.statusCode = (all.length > 1 ? all.shift() : all[0]) ?? 404;
    res.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const events: string[] = [];
  let onFailure: (reason: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => {
    onFailure = resolve;
  });
  const probes = startProbes(
    {
      ports: { http: port },
      probes: { startup: probe('/start'), readiness: probe('/ready'), liveness: probe('/live') },
    },
    {
      address: (number) => ({ host: '127.0.0.1', port: number }),
      onProbe: (kind, problem) => events.push(`${kind} ${problem ?? 'ok'}`),
      onReady: (isReady) => events.push(isReady ? 'is ready' : 'is not ready'),
      onFailure,
    },
  );
  onTestFinished(() => {
    probes.stop();
    server.close();
  });
  return { events, failed, terminate: probes.terminate };
}

test('readiness and liveness begin once the startup probe has succeeded', async () => {
  const { events } = await probed({ '/start': [503, 503, 200], '/ready': [200], '/live': [200] });
  await eventually(() => events).toContain('liveness ok');
  expect(events.slice(0, 3)).toEqual(['startup status 503', 'startup status 503', 'startup ok']);
  expect(events).toContain('is ready');
});

test('a container that does not start in time is restarted', async () => {
  const { events, failed } = await probed({ '/start': [503] });
  expect(await failed).toBe('the startup probe failed: 3 times, last: status 503');
  expect(events).toEqual(Array.from({ length: 3 }, () => 'startup status 503'));
});

test('readiness ends with the third consecutive failure, and comes back with a success', async () => {
  const ready = [200, 503, 503, 200, 503, 503, 503, 200];
  const { events } = await probed({ '/start': [200], '/ready': ready, '/live': [200] });
  const changes = () => events.filter((event) => event.startsWith('is '));
  await eventually(changes).toEqual(['is ready', 'is not ready', 'is ready']);
  expect(
    events.slice(0, events.indexOf('is not ready')).filter((event) => / 503/.test(event)),
  ).toHaveLength(5);
});

test('a container that is not alive is restarted', async () => {
  const { failed } = await probed({ '/start': [200], '/ready': [200], '/live': [200, 500] });
  expect(await failed).toBe('the liveness probe failed: 3 times, last: status 500');
});

test('while it ends, only its readiness is probed', async () => {
  const statuses: Record<string, number[]> = { '/start': [200], '/ready': [200], '/live': [200] };
  const { events, terminate } = await probed(statuses);
  await eventually(() => events).toContain('liveness ok');
  terminate();
  Object.assign(statuses, { '/ready': [503], '/live': [500] });
  await eventually(() => events).toContain('is not ready');
  expect(events).not.toContain('liveness status 500');
});
