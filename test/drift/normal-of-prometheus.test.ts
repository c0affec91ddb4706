/** The normal of a version, from Prometheus; or from something that answers in its place. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { normalOfPrometheus } from '../../src/drift/normal-of-prometheus.ts';
import { COMMIT, OTHER } from './logs.ts';

const options = { windowSeconds: 600, commit: undefined, job: undefined };

async function withAnswer<T>(
  answer: { readonly status?: number; readonly body: string },
  use: (url: string) => Promise<T>,
  onRequest: (request: IncomingMessage) => void = () => undefined,
): Promise<T> {
  const server = createServer((req, res) => {
    onRequest(req);
    res.writeHead(answer.status ?? 200).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

const series = (labels: Readonly<Record<string, string>>) => ({
  metric: { commit: COMMIT, job: 'j', feature: 'label', bin: 'negative', ...labels },
  values: [[1_790_000_000, '10']],
});
const matrix = (...result: unknown[]) => JSON.stringify({ status: 'success', data: { result } });

test.each([
  [{ body: '<html>' }, 'does not answer in JSON'],
  [{ body: '{"status":"success"}' }, 'does not answer as Prometheus does'],
  [{ status: 400, body: 'bad query' }, 'answers 400: bad query'],
  [{ body: matrix() }, 'nothing was predicted'],
  [{ body: matrix(series({}), series({ commit: OTHER })) }, `--commit: found ${COMMIT}, ${OTHER}`],
  [{ body: matrix(series({}), series({ job: 'k' })) }, '--job: found j, k'],
])('%j is an error', async (answer, expected) => {
  const failing = withAnswer(answer, (url) => normalOfPrometheus(url, options));
  await expect(failing).rejects.toThrow(expected);
});

test('values that are no counts are left out', async () => {
  const values = ['NaN', '+Inf', '-Inf', '-5', '', '250'].map((value, i) => [
    1_790_000_000 + i,
    value,
  ]);
  const body = matrix({ ...series({}), values }, { ...series({ bin: 'positive' }), values });
  const { normal } = await withAnswer({ body }, (url) => normalOfPrometheus(url, options));
  expect(normal.texts).toBe(500);
  expect(normal.features.label?.negative?.ratio).toBe(0.5);
});

test('user and password of the address are sent, and are in no message', async () => {
  const seen: unknown[] = [];
  const body = matrix();
  const failing = withAnswer(
    { body },
    (url) => normalOfPrometheus(`${url.replace('//', '//me:p%40ss%@')}/prom/?tenant=1`, options),
    ({ url, headers }) => seen.push([url, headers.authorization]),
  );
  const error = await failing.catch((reason) => reason);
  expect(error).toMatchObject({ code: 'no-traffic' });
  expect(error.message).not.toContain('p%40ss');
  const basic = `Basic ${Buffer.from('me:p%40ss%').toString('base64')}`;
  expect(seen).toEqual([['/prom/api/v1/query_range?tenant=1', basic]]);
});

test('an address where nothing listens is named', async () => {
  const url = await withAnswer({ body: '' }, async (used) => used);
  await expect(normalOfPrometheus(url, options)).rejects.toThrow("can't be reached");
});
