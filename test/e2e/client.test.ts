/** The client and the built server; and the service of examples, which imports the built client. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, ProblemError } from '../../src/client/client.ts';
import { environment, launch } from '../../tools/launch.mjs';
import { PINNED } from '../support/pinned.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

const API_KEY = 'a-known-key';

let server: TestServer;
beforeAll(async () => {
  // It is not ready yet: the first test waits for it.
  server = await startServer({ API_KEYS: API_KEY }, 'listening');
});
afterAll(() => server?.stop());

test('waits for a server that starts, and gets predictions in the order of the texts', async () => {
  const client = createClient({ baseUrl: server.url, apiKey: API_KEY, maxAttempts: 100 });
  const { model, predictions } = await client.predict(['I love it', 'I hate it']);
  expect(model.commit).toBe(PINNED);
  expect(predictions.map(({ label }) => label)).toEqual(['positive', 'negative']);
  await client.feedback({ id: predictions[0]?.id as string, label: 'positive' });
  expect((await client.model()).commit).toBe(PINNED);
});

test('fails with the problem of the server, with the id of the request in its log', async () => {
  const client = createClient({ baseUrl: server.url, apiKey: API_KEY });
  const error = await client.predict(['fine', ' ']).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({ type: '/problems/empty-text', status: 400 });
  const { requestId } = error as ProblemError;
  expect(requestId).toEqual(expect.any(String));
  await server.eventually((line) => line.request_id === requestId);
});

test('the example of a service sorts reviews', async () => {
  const program = launch(process.execPath, ['examples/review-service.mjs'], {
    cwd: ROOT,
    env: environment({ PORT: '0', SERVER: server.url, API_KEY }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) => {
    program.child.stdout?.once('data', (line: Buffer) => resolve(line.toString().trim()));
  });
  const post = (body: string) => fetch(`${url}/reviews`, { method: 'POST', body });
  const response = await post(JSON.stringify(['I love it', 'I hate it']));
  const sorted = (await response.json()) as { review: string; label: string }[];
  expect(sorted.map(({ review, label }) => [review, label])).toEqual([
    ['I hate it', 'negative'],
    ['I love it', 'positive'],
  ]);
  const refused = await post('[" "]');
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('empty or blank'),
  ]);
  program.child.kill();
  await program.exited;
});
