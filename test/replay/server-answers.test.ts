/** Requests to a server that has no room, accepts less, serves another version, or is none. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../src/api/problem.ts';
import { openServerAnswers } from '../../src/replay/server-answers.ts';
import { answerTo, COMMIT, OTHER } from './lines.ts';

interface Request {
  readonly texts: readonly string[];
  readonly authorization: string | undefined;
}

type Handler = (request: Request, res: ServerResponse) => void;

let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** A server whose answers are those of a handler. */
async function start(handler: Handler): Promise<{ url: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer(async (req, res) => {
    const { inputs } = (await json(req)) as { inputs: readonly string[] };
    const request = { texts: inputs, authorization: req.headers.authorization };
    requests.push(request);
    handler(request, res);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stop = () => server.close();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests };
}

function sendPredictions(
  res: ServerResponse,
  texts: readonly string[],
  commit: string = COMMIT,
): void {
  const predictions = texts.map((text) => ({ id: text, language: 'en', ...answerTo(text) }));
  res.end(JSON.stringify({ model: { name: 'tweet-sentiment', commit }, predictions }));
}

function sendProblem(res: ServerResponse, code: ProblemCode, headers = {}): void {
  const [status, title] = PROBLEMS[code];
  const problem = { type: `/problems/${code}`, title, status, detail: 'the detail' };
  res.writeHead(status, headers).end(JSON.stringify(problem));
}

const TEXTS = Array.from({ length: 200 }, (_, at) => `${at % 2 ? 'neutral' : 'positive'} ${at}`);

function classify(url: string, texts: readonly string[] = TEXTS, apiKey?: string) {
  return openServerAnswers({ url, apiKey, commit: COMMIT }).classify(texts);
}

test('the answers are in the order of the texts, 64 in a request, with the API key', async () => {
  const { url, requests } = await start(({ texts }, res) => sendPredictions(res, texts));

  expect(await classify(url, TEXTS, 'the key')).toMatchObject(TEXTS.map(answerTo));
  expect(requests.map(({ texts }) => texts.length).sort()).toEqual([64, 64, 64, 8]);
  expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(
    new Set(['Bearer the key']),
  );
});

test('what is refused for want of room is sent again', async () => {
  const refused = new Set<string>();
  const { url, requests } = await start(({ texts }, res) => {
    const [first = ''] = texts;
    if (refused.has(first)) {
      sendPredictions(res, texts);
    } else {
      refused.add(first);
      const code = refused.size % 2 ? 'queue-full' : 'draining';
      sendProblem(res, code, { 'retry-after': '0' });
    }
  });

  expect(await classify(url)).toMatchObject(TEXTS.map(answerTo));
  expect(requests).toHaveLength(8);
});

test('Retry-After is waited for', async () => {
  const times: number[] = [];
  const { url } = await start(({ texts }, res) => {
    times.push(performance.now());
    if (times.length > 1) {
      sendPredictions(res, texts);
    } else {
      sendProblem(res, 'queue-too-slow', { 'retry-after': '1' });
    }
  });

  await classify(url, ['positive']);
  expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(990);
});

test.each<ProblemCode>(['too-many-inputs', 'body-too-large', 'deadline-exceeded'])(
  'a request that is refused as %s is divided',
  async (code) => {
    const { url, requests } = await start(({ texts }, res) =>
      texts.length > 10 ? sendProblem(res, code) : sendPredictions(res, texts),
    );

    expect(await classify(url)).toMatchObject(TEXTS.map(answerTo));
    expect(requests.filter(({ texts }) => texts.length <= 10).length).toBeGreaterThanOrEqual(20);
  },
);

test('a server that accepts fewer texts receives fewer from then on', async () => {
  const { url, requests } = await start(({ texts }, res) =>
    texts.length > 16 ? sendProblem(res, 'too-many-inputs') : sendPredictions(res, texts),
  );
  const answers = openServerAnswers({ url, apiKey: undefined, commit: COMMIT });
  await answers.classify(TEXTS);
  requests.length = 0;
  await answers.classify(TEXTS);

  expect(Math.max(...requests.map(({ texts }) => texts.length))).toBe(16);
});

describe('an error', () => {
  test.each<[string, Handler, (base: string) => string]>([
    [
      'another version',
      ({ texts }, res) => sendPredictions(res, texts, OTHER),
      (base) => `${base} serves another version: expected ${COMMIT}, found ${OTHER}`,
    ],
    [
      'no key',
      (_, res) => sendProblem(res, 'unauthorized'),
      (base) =>
        `${base}/predict answers 401 (A key is needed: the detail); give a key of the server with --api-key`,
    ],
    [
      'a text that is too long',
      (_, res) => sendProblem(res, 'text-too-long'),
      (base) => `${base}/predict answers 400 (A text is too long: the detail)`,
    ],
    [
      'one text that is too much for it',
      (_, res) => sendProblem(res, 'body-too-large'),
      (base) => `${base}/predict answers 413 (The body is too large: the detail)`,
    ],
    [
      'a server that stops',
      (_, res) => sendProblem(res, 'draining'),
      (base) => `${base}/predict answers 503 (The server is stopping: the detail)`,
    ],
    [
      'another program',
      (_, res) => res.writeHead(404).end('<html>'),
      (base) => `${base}/predict answers 404`,
    ],
    [
      'an answer that is none',
      (_, res) => res.end('{}'),
      (base) => `${base}/predict: expected predictions, found something else`,
    ],
    [
      'too few predictions',
      (_, res) => sendPredictions(res, []),
      (base) => `${base}/predict: expected predictions, found something else`,
    ],
    [
      'a connection that is closed',
      (_, res) => res.destroy(),
      (base) => `${base} can't be reached (UND_ERR_SOCKET)`,
    ],
  ])('%s', async (_, handler, message) => {
    const { url } = await start(handler);
    const base = url.replace(/\/$/, '');
    await expect(classify(url, ['positive'])).rejects.toMatchObject({
      name: 'ReplayError',
      code: 'server-failed',
      message: message(base),
    });
  });

  test('nothing at the address', async () => {
    await expect(classify('http://127.0.0.1:1')).rejects.toThrow(
      "http://127.0.0.1:1 can't be reached (",
    );
  });
});
