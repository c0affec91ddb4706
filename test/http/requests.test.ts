/** What a request needs before any route has it, and which answers end their connection. */
import { afterEach, describe, expect, test } from 'vitest';
import { readJson } from '../../src/http/middleware/json-body.ts';
import { contextOf } from '../../src/http/middleware/request-context.ts';
import { createBodyBudget } from '../../src/network/body-budget.ts';
import { ProblemError } from '../../src/serving/problem.ts';
import { startHttpServer, type TestHttpServer } from '../support/http-server.ts';
import { sendBytes } from '../support/raw-http.ts';

let server: TestHttpServer;
afterEach(() => server.stop());

describe('Host', () => {
  test.each([
    ['none', ''],
    ['two', 'host: a\r\nhost: b\r\n'],
    ['two that are equal', 'host: a\r\nHOST: a\r\n'],
    ['a path', 'host: a/b\r\n'],
    ['a user', 'host: ann@a\r\n'],
    ['a blank in it', 'host: a b\r\n'],
    ['a list', 'host: a, b\r\n'],
    ['a port that is no number', 'host: a:x\r\n'],
    ['an address without its brackets', 'host: ::1\r\n'],
  ])('%s: 400', async (_, headers) => {
    server = await startHttpServer((_req, res) => void res.send('answer'));
    const answer = await send(`GET / HTTP/1.1\r\n${headers}connection: close\r\n\r\n`);
    expect(answer).toMatch(
      /^HTTP\/1.1 400 [\s\S]*problem\+json[\s\S]*"\/problems\/invalid-request"/,
    );
    expect(answer).toMatch(/^x-request-id: \S+/im);
  });

  test.each(['', 'a', 'a:80', 'a.example:', '127.0.0.1:8080', '[::1]:8080', 'my_service', 'a%20b'])(
    '%j: answered',
    async (host) => {
      server = await startHttpServer((_req, res) => void res.send('answer'));
      expect(await send(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 200 /,
      );
    },
  );

  test('none in HTTP/1.0: answered', async () => {
    server = await startHttpServer((_req, res) => void res.send('answer'));
    expect(await send('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('Expect', () => {
  const budget = createBodyBudget(1_000);
  const post = async (version: string, expectation: string): Promise<string> => {
    server = await startHttpServer((req, res, next) => {
      readJson({ limit: 100, budget })(req, res, (error) => (error ? next(error) : res.send('ok')));
    });
    return send(
      `POST / HTTP/${version}\r\nhost: a\r\ncontent-type: application/json\r\n${expectation}` +
        'connection: close\r\ncontent-length: 2\r\n\r\n{}',
    );
  };

  test.each(['100-continue', '100-Continue', '100-continue, 100-continue'])(
    '%s: the client may continue',
    async (value) => {
      expect(await post('1.1', `expect: ${value}\r\n`)).toMatch(
        /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /,
      );
    },
  );

  test('100-continue in HTTP/1.0: ignored', async () => {
    expect(await post('1.0', 'expect: 100-continue\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  test.each(['', '200-ok', '100-continue, other', '100-continued'])('%j: 417', async (value) => {
    const answer = await post('1.1', `expect: ${value}\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 417 [\s\S]*problem\+json/);
    expect(answer).toContain(`found ${JSON.stringify(JSON.stringify(value)).slice(1, -1)}`);
  });
});

describe('traceparent', () => {
  const [trace, parent] = ['a'.repeat(32), 'b'.repeat(16)];
  const traceOf = async (value: string): Promise<string> => {
    server = await startHttpServer(
      (_req, res) => void res.send(`trace ${contextOf(res).trace?.traceId}`),
    );
    const answer = await send(
      `GET / HTTP/1.1\r\nhost: a\r\ntraceparent: ${value}\r\nconnection: close\r\n\r\n`,
    );
    return /trace (\w+)$/.exec(answer)?.[1] ?? answer;
  };

  test.each([
    ['of version 00', `00-${trace}-${parent}-01`],
    ['with other flags', `00-${trace}-${parent}-ff`],
    ['of a later version', `01-${trace}-${parent}-01`],
    ['of a later version with more fields', `cc-${trace}-${parent}-01-what-comes`],
  ])('%s: used', async (_, value) => {
    expect(await traceOf(value)).toBe(trace);
  });

  test.each([
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
    ['a parent id of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${trace}-${parent}-01`],
    ['more fields in version 00', `00-${trace}-${parent}-01-more`],
    ['a dash behind version 00', `00-${trace}-${parent}-01-`],
    ['something else behind a later version', `cc-${trace}-${parent}-01.more`],
    ['upper case', `00-${trace.toUpperCase()}-${parent}-01`],
    ['no flags', `00-${trace}-${parent}`],
    ['flags that are not hexadecimal', `00-${trace}-${parent}-0x`],
    ['a short trace id', `00-${trace.slice(1)}-${parent}-01`],
    ['two headers', `00-${trace}-${parent}-01\r\ntraceparent: 00-${trace}-${parent}-01`],
  ])('%s: ignored', async (_, value) => {
    expect(await traceOf(value)).toBe('undefined');
  });
});

describe('a body in chunks', () => {
  const budget = createBodyBudget(1_000);
  const CHUNKED = 'transfer-encoding: chunked\r\n';

  test.each([
    ['empty, without a type', CHUNKED, '0\r\n\r\n', '200'],
    ['empty, with another type', `content-type: text/plain\r\n${CHUNKED}`, '0\r\n\r\n', '200'],
    ['without a type', CHUNKED, '2\r\n{}\r\n0\r\n\r\n', '415'],
    ['without a type, that never ends', CHUNKED, '2\r\n{}\r\n', '415'],
    ['of a client that waits', `expect: 100-continue\r\n${CHUNKED}`, '', '415'],
  ])('%s', async (_, headers, body, status) => {
    server = await startHttpServer((req, res, next) => {
      readJson({ limit: 100, budget })(req, res, (error) => (error ? next(error) : res.send('ok')));
    });
    expect(
      await send(`POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${headers}\r\n${body}`),
    ).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});

describe('an answer that refuses a request', () => {
  test.each([
    ['without a body', 'GET /a HTTP/1.1\r\nhost: a\r\n\r\n'],
    ['with a short body', 'POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody'],
  ])('%s leaves the connection open', async (_, first) => {
    server = await startHttpServer(() => {
      throw new ProblemError('not-found', 'There is nothing here');
    });
    // The second one arrives with the first, and is handled as soon as it is parsed.
    const answer = await send(`${first.repeat(2)}GET /healthz HTTP/1.1\r\nhost: a\r\n${CLOSE}`);
    expect(answer.match(/HTTP\/1.1 404 /g)).toHaveLength(3);
    expect(answer.match(/connection: close/gi)).toHaveLength(1);
  });
});

const CLOSE = 'connection: close\r\n\r\n';

function send(bytes: string): Promise<string> {
  return sendBytes(server.url, bytes);
}
