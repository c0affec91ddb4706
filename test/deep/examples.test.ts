/** The examples with curl, Python and Go, and the client in a browser, against the built server. */
import { execFile, spawnSync } from 'node:child_process';
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

const start = async (file: string, args: readonly string[], key = API_KEY) => {
  const env = { ...process.env, SERVER: server.url, API_KEY: key };
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
