/** Which requests the client sends, to a server that answers as a test says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProblemCode } from '../../src/api/problem.ts';
import { type CallOptions, type Client, createClient } from '../../src/client/client.ts';
import { problemJson, statusOf } from '../../src/http/problems.ts';
import { freePort } from '../../tools/launch.mjs';

type Answer = (res: ServerResponse, req: IncomingMessage) => void;

const PREDICTED = {
  model: { name: 'm', commit: 'a'.repeat(40) },
  predictions: [{ id: 'i', label: 'l', score: 1, scores: { l: 1 }, language: 'en' }],
};

const json =
  (body: unknown): Answer =>
  (res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  };
const problem =
  (code: ProblemCode, headers: Record<string, string> = {}): Answer =>
  (res) => {
    res
      .writeHead(statusOf(code), { 'content-type': 'application/problem+json', ...headers })
      .end(problemJson(code, 'what was wrong'));
  };
const page =
  (status: number): Answer =>
  (res) => {
    res.writeHead(status, { 'content-type': 'text/html' }).end('<h1>A proxy</h1>');
  };
const reset: Answer = (res) => void res.socket?.destroy();
const never: Answer = () => undefined;
const halfOf: Answer = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  res.write('{"model":');
};

let server: Server;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** @param answers the last one is for all further requests. */
async function serverOf(...answers: Answer[]) {
  const bodies: string[] = [];
  const times: number[] = [];
  server = createServer(async (req, res) => {
    times.push(performance.now());
    const chunks: Buffer[] = [];
    for await (const chunk of req) {
      chunks.push(chunk as Buffer);
    }
    bodies.push(Buffer.concat(chunks).toString());
    (answers[bodies.length - 1] ?? answers.at(-1))?.(res, req);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { bodies, times, client: createClient({ baseUrl: `http://127.0.0.1:${port}` }) };
}

const predict = (client: Client, options?: CallOptions) => client.predict(['a text'], options);

test('the body and the key are sent', async () => {
  let authorization: string | undefined;
  const { bodies } = await serverOf((res, req) => {
    ({ authorization } = req.headers);
    json(PREDICTED)(res, req);
  });
  const { port } = server.address() as AddressInfo;
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}/`, apiKey: 'a-key' });
  expect(await client.predict('a text')).toEqual(PREDICTED);
  expect(bodies).toEqual(['{"inputs":"a text"}']);
  expect(authorization).toBe('Bearer a-key');
});

test('a request that nothing was done for is sent again, after Retry-After', async () => {
  const { bodies, times, client } = await serverOf(
    problem('queue-full', { 'retry-after': '1' }),
    problem('not-ready'),
    json(PREDICTED),
  );
  expect(await predict(client)).toEqual(PREDICTED);
  expect(bodies).toEqual(Array(3).fill('{"inputs":["a text"]}'));
  expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(1000);
});

test.each<[string, Answer, object]>([
  [
    '504',
    problem('deadline-exceeded', { 'x-request-id': 'r-1' }),
    { name: 'ProblemError', type: '/problems/deadline-exceeded', status: 504, requestId: 'r-1' },
  ],
  ['500', problem('internal-error'), { name: 'ProblemError', status: 500 }],
  ['400', problem('empty-text'), { name: 'ProblemError', message: 'what was wrong' }],
  ['503 of a proxy', page(503), { name: 'UnexpectedAnswerError', status: 503 }],
  ['502 of a proxy', page(502), { name: 'UnexpectedAnswerError', status: 502 }],
  ['a page with 200', page(200), { name: 'UnexpectedAnswerError', status: 200 }],
  ['other JSON with 200', json({ ok: true }), { name: 'UnexpectedAnswerError', status: 200 }],
  ...[null, 5, 'text', {}, { predictions: null }, { predictions: [null] }, { predictions: [] }].map(
    (body): [string, Answer, object] => [
      `200 with ${JSON.stringify(body)}`,
      json(body),
      { name: 'UnexpectedAnswerError', status: 200 },
    ],
  ),
  [
    'an answer without a body',
    (res) => res.writeHead(204).end(),
    { name: 'UnexpectedAnswerError' },
  ],
  ...['{"type":', 'null', '<h1>'].map((body): [string, Answer, object] => [
    `a problem that is ${body}`,
    (res) => res.writeHead(429, { 'content-type': 'application/problem+json' }).end(body),
    { name: 'UnexpectedAnswerError', status: 429 },
  ]),
  ['a lost connection', reset, { name: 'ConnectionError', isSent: true }],
  [
    'a wait that is longer than the call may take',
    problem('queue-full', { 'retry-after': '3600' }),
    { name: 'ProblemError', status: 429 },
  ],
])('texts are not sent again after %s', async (_, answer, error) => {
  const { bodies, client } = await serverOf(answer);
  await expect(predict(client)).rejects.toMatchObject(error);
  expect(bodies).toHaveLength(1);
});

test.each([301, 302, 303, 307, 308])('a redirect is not followed: %i', async (status) => {
  // Nobody listens there: what was not sent again must not be taken for what was never sent.
  const location = `http://127.0.0.1:${await freePort()}/predict`;
  const { bodies, client } = await serverOf((res) => res.writeHead(status, { location }).end());
  await expect(predict(client)).rejects.toMatchObject({ name: 'UnexpectedAnswerError', status });
  expect(bodies).toHaveLength(1);
});

test('an answer that has no version is one of something else', async () => {
  for (const body of [null, 5, {}]) {
    const { client } = await serverOf(json(body));
    await expect(client.model()).rejects.toMatchObject({ name: 'UnexpectedAnswerError' });
    server.close();
  }
});

test('an answer that ends too early is a lost connection', async () => {
  const { bodies, client } = await serverOf((res, req) => {
    halfOf(res, req);
    setImmediate(() => res.socket?.destroy());
  });
  await expect(predict(client)).rejects.toMatchObject({ name: 'ConnectionError', isSent: true });
  expect(bodies).toHaveLength(1);
});

test('feedback is not sent again after a lost connection', async () => {
  const { bodies, client } = await serverOf(reset);
  await expect(client.feedback({ id: 'A', label: 'b' })).rejects.toMatchObject({ isSent: true });
  expect(bodies).toHaveLength(1);
});

test('what only reads is sent again after a lost connection and a failed gateway', async () => {
  const card = { commit: 'a'.repeat(40) };
  const { bodies, client } = await serverOf(reset, page(502), json(card));
  expect(await client.model()).toEqual(card);
  expect(bodies).toHaveLength(3);
});

test('the number of attempts is bounded', async () => {
  const { bodies, client } = await serverOf(problem('queue-full'));
  await expect(predict(client)).rejects.toMatchObject({ type: '/problems/queue-full' });
  expect(bodies).toHaveLength(4);
});

test('where no connection can be made, it is tried again', async () => {
  let attempts = 0;
  const client = createClient({
    baseUrl: `http://127.0.0.1:${await freePort()}`,
    maxAttempts: 3,
    fetch: (...args) => {
      attempts++;
      return fetch(...args);
    },
  });
  await expect(predict(client)).rejects.toMatchObject({ name: 'ConnectionError', isSent: false });
  expect(attempts).toBe(3);
});

describe('the time of a call', () => {
  test.each([
    ['without an answer', never],
    ['with half of an answer', halfOf],
  ])('is bounded %s', async (_, answer) => {
    const { bodies, client } = await serverOf(answer);
    await expect(predict(client, { timeoutMs: 300 })).rejects.toMatchObject({
      name: 'DeadlineError',
      message: 'No answer within 300 ms',
    });
    expect(bodies).toHaveLength(1);
  });

  test.each([
    ['before an answer', never],
    ['in the middle of an answer', halfOf],
    ['while it waits for the next attempt', problem('queue-full', { 'retry-after': '20' })],
  ])('ends by the signal of the caller, %s', async (_, answer) => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const { bodies, client } = await serverOf((res, req) => {
      answer(res, req);
      setTimeout(() => controller.abort(reason), 50);
    });
    await expect(predict(client, { signal: controller.signal })).rejects.toBe(reason);
    expect(bodies).toHaveLength(1);
  });

  test.each([0.5, 1500.5, 2 ** 31, Number.POSITIVE_INFINITY])(
    'may be any number: %d',
    async (timeoutMs) => {
      const { client } = await serverOf(timeoutMs < 1 ? never : json(PREDICTED));
      const answer = predict(client, { timeoutMs });
      await (timeoutMs < 1
        ? expect(answer).rejects.toMatchObject({ name: 'DeadlineError' })
        : expect(answer).resolves.toEqual(PREDICTED));
    },
  );

  test('is over at once where the signal has aborted before', async () => {
    const { bodies, client } = await serverOf(json(PREDICTED));
    const reason = new Error('enough');
    await expect(predict(client, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(bodies).toHaveLength(0);
  });
});

test('every operation by its path returns its problems, with the same attempts', async () => {
  const { bodies, client } = await serverOf(problem('draining'), problem('no-candidate'));
  const { error, response } = await client.http.POST('/admin/promote');
  expect([response.status, error?.type]).toEqual([404, '/problems/no-candidate']);
  expect(bodies).toHaveLength(2);
});
