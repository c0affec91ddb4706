/** The client of Prometheus' API, where what answers is slow, large, broken or somewhere else. */
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createFleet } from '../../src/console/fleet/fleet.ts';
import { createPrometheus } from '../../src/console/fleet/prometheus.ts';
import { freePort } from '../../tools/launch.mjs';
import { answering } from '../support/answering.ts';

/** Of a server that answers so. */
async function hostOf(listener: RequestListener): Promise<string> {
  return new URL(await answering(listener)).host;
}

const json = (body: unknown, status = 200): RequestListener => {
  return (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
};
const vector = (result: unknown[]) => ({
  status: 'success',
  data: { resultType: 'vector', result },
});

test('a path and credentials of the address are used, and not repeated in the request line', async () => {
  const seen: (string | undefined)[] = [];
  const host = await hostOf((req, res) => {
    seen.push(req.url, req.headers.authorization);
    json(vector([{ metric: { job: 'a' }, value: [0, '3'] }]))(req, res);
  });
  const prometheus = createPrometheus(`http://me:p%40ss@${host}/prom/`);
  expect(await prometheus.query('up == 1')).toEqual([{ labels: { job: 'a' }, value: 3 }]);
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  expect(seen).toEqual(['/prom/api/v1/query?query=up+%3D%3D+1', basic]);
});

test('values that are no numbers are left out', async () => {
  const result = ['NaN', '+Inf', '2'].map((value) => ({ metric: {}, value: [0, value] }));
  const host = await hostOf(json(vector(result)));
  expect(await createPrometheus(`http://${host}`).query('x')).toEqual([{ labels: {}, value: 2 }]);
});

test('values that are no numbers are left out of a range', async () => {
  const values = [
    [10, '1.5'],
    [20, 'NaN'],
    [30, '+Inf'],
  ];
  const data = { resultType: 'matrix', result: [{ metric: {}, values }] };
  const host = await hostOf(json({ status: 'success', data }));
  const range = { start: 10, end: 30, step: 10 };
  const [series] = await createPrometheus(`http://${host}`).queryRange('x', range);
  expect([...(series?.points ?? [])]).toEqual([[10, 1.5]]);
});

describe('what goes wrong is a reason for the reader, without the address', () => {
  test.each<[string, RequestListener, string]>([
    ['a refusal', json({ status: 'error' }, 401), 'Prometheus has answered with status 401'],
    ['another program', json({ hello: 1 }), 'Prometheus has answered with something else'],
    ['no JSON', (_req, res) => res.end('<html>'), 'Prometheus has answered with something else'],
    [
      'an answer without an end',
      (_req, res) => {
        const write = (): void => {
          while (res.write('x'.repeat(65_536))) {}
          res.once('drain', write);
        };
        write();
      },
      'Prometheus has answered with more than 4194304 bytes',
    ],
    [
      'a redirect, which would take the credentials along',
      (_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'Prometheus can’t be reached',
    ],
  ])('%s', async (_, listener, reason) => {
    const host = await hostOf(listener);
    const fleet = createFleet(`http://me:secret@${host}`, 'model');
    const history = await fleet.history('1h');
    expect(history).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining(reason),
    });
    expect(JSON.stringify(history)).not.toContain('secret');
  });

  test('nothing listens', async () => {
    const fleet = createFleet(`http://127.0.0.1:${await freePort()}`, 'model');
    expect(fleet.status()).toEqual({ status: 'waiting' });
    await expect
      .poll(() => fleet.status())
      .toEqual({ status: 'unavailable', reason: 'Prometheus can’t be reached (ECONNREFUSED)' });
  });

  test('silence, after five seconds', { timeout: 60_000 }, async () => {
    const host = await hostOf(() => undefined);
    await expect(createPrometheus(`http://${host}`).query('up')).rejects.toThrow(
      'Prometheus can’t be reached (timeout)',
    );
  });
});

test('requests of many readers share one request to Prometheus, whose answer is kept', async () => {
  let requests = 0;
  const host = await hostOf((req, res) => {
    requests++;
    json(vector([]))(req, res);
  });
  const fleet = createFleet(`http://${host}`, 'model');
  const answers = await Promise.all(Array.from({ length: 50 }, () => fleet.history('24h')));
  expect(answers[49]).toEqual({
    status: 'unavailable',
    reason: 'Prometheus has no replica that serves model',
  });
  await fleet.history('24h');
  expect(requests).toBe(1);
});

test('without an address there is no fleet', async () => {
  const fleet = createFleet(undefined, 'model');
  expect(fleet.status()).toEqual({ status: 'off' });
  expect(await fleet.history('7d')).toEqual({ status: 'off' });
});
