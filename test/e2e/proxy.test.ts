/** Requests to stores, to Prometheus and to servers go through the proxy of the environment. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { type ObjectServer, startObjectServer } from '../support/object-server.ts';
import { copyOfPinned, MODEL, PINNED } from '../support/pinned.ts';
import { PROXY_CREDENTIALS, type ProxyServer, startProxyServer } from '../support/proxy-server.ts';
import { runCommand, startServer } from '../support/server.ts';

const [, PASSWORD = ''] = PROXY_CREDENTIALS.split(':');

let objects: ObjectServer;
let proxy: ProxyServer;
let env: Record<string, string>;
beforeEach(async () => {
  objects = await startObjectServer(copyOfPinned().store);
  const port = Number(new URL(objects.url).port);
  proxy = await startProxyServer({ 's3.example': port, 'prometheus.example': port });
  env = {
    MODEL_STORE: 's3://bucket',
    MODEL_CACHE: temporaryFolder(),
    MODEL_FETCH_TIMEOUT_MS: '300',
    AWS_ENDPOINT_URL_S3: 'http://s3.example',
    AWS_REGION: 'eu-test-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
});
afterEach(async () => {
  proxy.close();
  await objects.close();
});

test('a server of several processes reads S3 and Prometheus through it', async () => {
  const server = await startServer({
    ...env,
    ...{ PROCESSES: '2', WORKERS: '2', MODEL_FETCH_TIMEOUT_MS: '60000' },
    HTTP_PROXY: proxy.url,
    PROMETHEUS_URL: 'http://prometheus.example:9090',
  });
  expect((await server.predict({ inputs: 'text' })).headers.get('x-model-commit')).toBe(PINNED);
  const stored = proxy.requests.filter((each) => each.startsWith('GET http://s3.example/bucket/'));
  expect(stored.some((each) => each.includes(`${MODEL}/PINNED`))).toBe(true);
  await fetch(`${server.url}/console/fleet?range=1h`);
  expect(
    proxy.requests.some((each) => each.includes(' http://prometheus.example:9090/api/v1/')),
  ).toBe(true);
  expect((await server.stop()).code).toBe(0);
  expect(JSON.stringify(server.lines)).not.toContain(PASSWORD);
});

test.each(['NO_PROXY', 'no_proxy'])('%s names what does not', async (variable) => {
  const settings = { ...env, http_proxy: proxy.url, [variable]: 'other.example,.s3.example' };
  const { code, stderr } = await runCommand(['models', 'fetch'], settings);
  expect([code, proxy.requests]).toEqual([2, []]);
  expect(stderr).toMatch(/s3:\/\/bucket.* can't be reached.*: (ENOTFOUND|EAI_AGAIN)/);
});

test('this machine is reached without it', async () => {
  const settings = { ...env, MODEL_STORE: `${objects.url}/bucket`, HTTP_PROXY: proxy.url };
  expect((await runCommand(['models', 'fetch'], settings)).code).toBe(0);
  expect(proxy.requests).toEqual([]);
});

describe('a proxy that refuses', () => {
  const HTTPS = { MODEL_STORE: 'https://models.example/store' };
  const of = (url: string, change: (url: URL) => void): string => {
    const changed = new URL(url);
    change(changed);
    return changed.href;
  };
  const withoutUser = (url: URL): void => {
    url.username = '';
    url.password = '';
  };

  test.each<[string, Record<string, string>, (url: URL) => void, string]>([
    [
      'the password of an https store',
      HTTPS,
      (url) => {
        url.password = 'wrong-password';
      },
      `https://models.example/store/${MODEL}/PINNED can't be reached: the proxy answers with status 407`,
    ],
    [
      'an https store that it can’t reach',
      HTTPS,
      () => undefined,
      `https://models.example/store/${MODEL}/PINNED can't be reached: the proxy answers with status 502`,
    ],
    [
      'S3 without a password',
      {},
      withoutUser,
      `s3://bucket/${MODEL}/PINNED can't be reached: the proxy answers with status 407`,
    ],
  ])('%s', async (_, store, change, message) => {
    const settings = { ...env, ...store, HTTPS_PROXY: '', HTTP_PROXY: of(proxy.url, change) };
    const { code, stderr } = await runCommand(['models', 'fetch'], settings);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/pass-?word/);
    expect(code).toBe(2);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  test('a command', async () => {
    const settings = { HTTP_PROXY: of(proxy.url, withoutUser) };
    const args = ['drift', '--server', 'http://server.example'];
    const { code, stderr } = await runCommand(args, settings);
    expect(stderr).toContain('the proxy answers with status 407');
    expect(code).toBe(2);
  });
});

test.each([
  ...['proxy.example:3128', 'socks5://me:pass-word@proxy.example', 'me:pass-word@proxy'],
  'socks5://me:an@pass-word@proxy.example',
])('HTTPS_PROXY=%s is refused by name', async (value) => {
  const store = { MODEL_STORE: 'https://models.example/store', HTTPS_PROXY: value };
  const { code, stderr } = await runCommand(['models', 'fetch'], { ...env, ...store });
  expect(stderr).toContain(
    'HTTPS_PROXY: expected an address such as http://proxy.example:3128, found "',
  );
  expect(stderr).not.toContain(PASSWORD);
  expect(code).toBe(2);
});
