/** Requests are read one at a time, however their bytes arrive. */
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import {
  connectTo,
  receiveAll,
  startHttpServer,
  type TestHttpServer,
  until,
} from '../../support/http-server.ts';

let server: TestHttpServer;
afterEach(() => server.stop());

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** Answers with what has arrived. */
const echo = (): Promise<TestHttpServer> =>
  startHttpServer(async (req, res) => {
    const body = await text(req);
    res.type('text/plain').send(`<${req.method} ${req.url} ${JSON.stringify(body)}>`);
  });

const answersIn = (received: string): string[] => received.match(/<.*?>(?=HTTP|$)/gs) ?? [];

test('of a thousand requests that arrive together, one is parsed before the first is answered', async () => {
  let parsed = 0;
  const atAnswers: number[] = [];
  server = await startHttpServer((req, res) => {
    setImmediate(() => {
      atAnswers.push(parsed);
      res.send(`<${req.url}>`);
    });
  });
  server.server.on('request', () => {
    parsed++;
  });
  const socket = await connectTo(server);
  const received = receiveAll(socket);
  const paths = Array.from({ length: 1_000 }, (_, i) => `/${i}`);
  socket.end(paths.map(get).join(''));
  expect(answersIn(await received)).toEqual(paths.map((path) => `<${path}>`));
  expect(atAnswers).toEqual(paths.map((_, i) => i + 1));
});

interface Sent {
  readonly body: string;
  /** Sizes of chunks; undefined for a body with a length. */
  readonly chunks: readonly number[] | undefined;
}

function encode({ body, chunks }: Sent, path: string): string {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\n`;
  if (!chunks) {
    return `${head}content-length: ${body.length}\r\n\r\n${body}`;
  }
  let rest = body;
  let encoded = '';
  for (const size of [...chunks, body.length]) {
    const part = rest.slice(0, size);
    rest = rest.slice(size);
    encoded += part === '' ? '' : `${part.length.toString(16)}\r\n${part}\r\n`;
  }
  return `${head}transfer-encoding: chunked\r\n\r\n${encoded}0\r\n\r\n`;
}

/** Bodies hold what ends heads and chunks too. */
const bodies = fc
  .array(
    fc.constantFrom(
      'a',
      '\r',
      '\n',
      '\r\n\r\n',
      '0\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'x'.repeat(2_000),
    ),
  )
  .map((parts) => parts.join(''));
const requests = fc.record({
  body: bodies,
  chunks: fc.option(fc.array(fc.integer({ min: 1, max: 3_000 })), { nil: undefined }),
});

test('requests are the same however their bytes are split', async () => {
  server = await echo();
  await fc.assert(
    fc.asyncProperty(
      fc.array(requests, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 6 }),
      async (sent, splits) => {
        const bytes = sent.map((each, i) => encode(each, `/${i}`)).join('');
        const socket = await connectTo(server);
        socket.setNoDelay(true);
        const received = receiveAll(socket);
        const ends = [...splits.filter((at) => at < bytes.length), bytes.length].sort(
          (a, b) => a - b,
        );
        let start = 0;
        for (const end of ends) {
          socket.write(bytes.slice(start, end), 'latin1');
          start = end;
          await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
        expect(answersIn(await received)).toEqual(
          sent.map(({ body }, i) => `<POST /${i} ${JSON.stringify(body)}>`),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a body in chunks of one byte does not hold the event loop', async () => {
  let parts = 0;
  server = await startHttpServer((req, res) => {
    req.on('data', () => parts++).on('end', () => res.send('<end>'));
  });
  const socket = await connectTo(server);
  const received = receiveAll(socket);
  const chunks = 20_000;
  socket.end(
    'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n' +
      `${'1\r\na\r\n'.repeat(chunks)}0\r\n\r\n`,
  );
  const atTurns: number[] = [];
  await until(() => {
    atTurns.push(parts);
    return parts === chunks;
  });
  const most = Math.max(...atTurns.map((count, i) => count - (atTurns[i - 1] ?? 0)));
  expect(most).toBeLessThan(chunks / 4);
  expect(await received).toContain('<end>');
});

test('a large body is read whole', async () => {
  server = await startHttpServer(async (req, res) => {
    res.send(`<${(await text(req)).length}>`);
  });
  const size = 8 * 1024 ** 2;
  const answer = await fetch(server.url, { method: 'POST', body: 'x'.repeat(size) });
  expect(await answer.text()).toBe(`<${size}>`);
});
