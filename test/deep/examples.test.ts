/** The examples with curl, Python and Go, and the client in a browser, against the built server. */
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, startServer, type TestServer } from '../support/server.ts';
import { hasChromium, open, useBrowser } from './browser.ts';

const API_KEY = 'a-known-key';
const TEXTS = ['I love "it"', 'Guten\tMorgen \\ 😀'];
const run = promisify(execFile);
const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS: API_KEY });
});
afterAll(() => server?.stop());

const start = async (file: string, args: readonly string[], key = API_KEY, url = server.url) => {
  const env = { ...process.env, SERVER: url, API_KEY: key };
  return (await run(file, args, { cwd: ROOT, env })).stdout;
};

describe.each([
  ['Python', 'python3', ['examples/predict.py'], has('python3', '--version')],
  ['Go', 'go', ['run', 'examples/predict.go'], has('go', 'version')],
] as const)('the example in %s', (_, program, args, isHere) => {
  test.skipIf(!isHere)('prints the labels, and what the server refuses', async () => {
    const output = await start(program, [...args, ...TEXTS]);
    expect(output.split('\n').map((line) => line.split('\t')[0])).toEqual([
      ...['positive', expect.any(String), ''],
    ]);
    expect(output).toContain('I love "it"');
    await expect(start(program, [...args, ' '])).rejects.toThrow(/400.*empty or blank/s);
    await expect(start(program, [...args, 'a'], 'another-key')).rejects.toThrow(/403/);
  });
});

test.skipIf(!has('curl', '--version'))('the example with curl sends any text', async () => {
  const { predictions } = JSON.parse(await start('sh', ['examples/predict.sh', ...TEXTS]));
  expect(predictions).toHaveLength(2);
  expect(predictions[0].label).toBe('positive');
  await expect(start('sh', ['examples/predict.sh', ' '])).rejects.toMatchObject({
    stdout: expect.stringContaining('/problems/empty-text'),
  });
});

describe.each([
  ['curl', 'sh', ['examples/predict.sh'], has('curl', '--version')],
  ['Python', 'python3', ['examples/predict.py'], has('python3', '--version')],
  ['Go', 'go', ['run', 'examples/predict.go'], has('go', 'version')],
] as const)('the example with %s', (_, program, args, isHere) => {
  const problem = { 'content-type': 'application/problem+json' };

  test.skipIf(!isHere).each<[string, number, Record<string, string>]>([
    ['after 504, when it may have been counted', 504, problem],
    ['after an hour', 429, { ...problem, 'retry-after': '3600' }],
    [
      'at a time that is no number of seconds',
      503,
      { 'retry-after': 'Fri, 31 Dec 2100 00:00:00 GMT' },
    ],
  ])('does not send texts again %s', async (_when, status, headers) => {
    const keys: (string | undefined)[] = [];
    const stub = createServer((req, res) => {
      keys.push(req.headers.authorization);
      req.resume();
      res.writeHead(status, headers).end('{"detail": "what was wrong"}');
    });
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
    const { port } = stub.address() as AddressInfo;
    await expect(
      start(program, [...args, 'a'], API_KEY, `http://127.0.0.1:${port}`),
    ).rejects.toThrow(String(status));
    stub.close();
    expect(keys).toEqual([`Bearer ${API_KEY}`]);
  });

  test.skipIf(!isHere)('does not send the key to another host', async () => {
    const keys: (string | undefined)[] = [];
    const stub = createServer((req, res) => {
      keys.push(req.headers.authorization);
      req.resume();
      const { port } = stub.address() as AddressInfo;
      res.writeHead(302, { location: `http://localhost:${port}/` }).end();
    });
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
    const { port } = stub.address() as AddressInfo;
    await start(program, [...args, 'a'], API_KEY, `http://127.0.0.1:${port}`).catch(() => '');
    stub.close();
    expect(keys.shift()).toBe(`Bearer ${API_KEY}`);
    expect(keys.filter((key) => key !== undefined)).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('in a browser', () => {
  useBrowser();

  test('the built client predicts, and knows the problems', async () => {
    // A page of the same origin, without a policy for scripts.
    const { page } = await open(`${server.url}/healthz`);
    await page.route('**/client.js', (route) =>
      route.fulfill({ path: join(ROOT, 'dist/client.js'), contentType: 'text/javascript' }),
    );
    const found = await page.evaluate(`(async () => {
      const { createClient, ProblemError } = await import('/client.js');
      const client = createClient({ baseUrl: location.origin, apiKey: '${API_KEY}' });
      const { predictions } = await client.predict('I love it');
      const error = await client.predict(' ').catch((reason) => reason);
      const lost = await createClient({ baseUrl: 'http://127.0.0.1:1' }).predict('a').catch((reason) => reason);
      return [predictions[0].label, error instanceof ProblemError, error.type, lost.name, lost.isSent];
    })()`);
    expect(found).toEqual(['positive', true, '/problems/empty-text', 'ConnectionError', true]);
  });
});
