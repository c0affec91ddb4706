/** How many connections there may be, which one goes for a new one, and how each ends. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { RequestHandler } from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import {
  closeOf,
  connectTo,
  receiveAll,
  startHttpServer,
  type TestHttpServer,
  until,
} from '../../support/http-server.ts';

let server: TestHttpServer;
afterEach(() => server.stop());

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const answer: RequestHandler = (_req, res) => void res.send('answer');

/** Answers when the test opens it. */
function createGate(): { wait: RequestHandler; open: () => void; started: () => number } {
  let open = (): void => undefined;
  let started = 0;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wait: RequestHandler = async (_req, res) => {
    started++;
    await opened;
    res.send('answer');
  };
  return { wait, open: () => open(), started: () => started };
}

describe('where as many connections are open as may be', () => {
  test('a new client takes the place of the oldest connection without a request', async () => {
    server = await startHttpServer(answer, { maxConnections: 3 });
    const silent = await connectTo(server);
    await server.untilOpen(1);
    const halfHeader = await connectTo(server);
    halfHeader.write('GET / HTTP/1.1\r\nho');
    const idle = await connectTo(server);
    await server.untilOpen(3);
    const gone = closeOf(silent);
    const response = await fetch(server.url, { headers: { connection: 'close' } });
    expect(await response.text()).toBe('answer');
    await gone;
    expect([halfHeader.destroyed, idle.destroyed]).toEqual([false, false]);
    expect(server.closed).toEqual(['evicted']);
  });

  test('one whose request is being answered is not closed', async () => {
    const { wait, open, started } = createGate();
    server = await startHttpServer(wait, { maxConnections: 2 });
    const busy = [await connectTo(server), await connectTo(server)];
    const answers = busy.map((socket) => receiveAll(socket));
    for (const socket of busy) {
      socket.end(GET);
    }
    await until(() => started() === 2);
    await closeOf(await connectTo(server));
    open();
    for (const received of answers) {
      expect(await received).toMatch(/HTTP\/1.1 200 OK/);
    }
    expect(server.closed).toEqual(['refused']);
  });

  test('one whose client does not read its answer goes', async () => {
    server = await startHttpServer(
      (req, res) => {
        res.send(req.path === '/large' ? Buffer.alloc(32 * 1024 ** 2) : 'answer');
      },
      { maxConnections: 1 },
    );
    const unread = await connectTo(server);
    unread.write(GET.replace('/', '/large'));
    unread.pause();
    await until(() => server.inProgress() === 1);
    const refused = await connectTo(server);
    await closeOf(refused);
    for (let checks = 0; checks < 6; checks++) {
      server.connections.closeUnread();
    }
    const response = await fetch(server.url);
    expect(await response.text()).toBe('answer');
    expect(server.closed).toEqual(['refused', 'evicted']);
  });

  test('of one address, it takes the place of another of the same address', async () => {
    server = await startHttpServer(answer, { maxConnections: 10, maxConnectionsPerAddress: 2 });
    const other = await connectTo({ url: server.url }, '127.0.0.2');
    await server.untilOpen(1);
    const own = [await connectTo(server), await connectTo(server)];
    await server.untilOpen(3);
    const gone = closeOf(own[0] as Socket);
    const response = await fetch(server.url);
    expect(await response.text()).toBe('answer');
    await gone;
    expect([other.destroyed, own[1]?.destroyed]).toEqual([false, false]);
    expect(server.closed).toEqual(['evicted']);
  });
});

test('probes are answered before requests that wait for their turn', async () => {
  const handled: string[] = [];
  server = await startHttpServer((req, res) => {
    handled.push(req.url);
    const end = performance.now() + 3;
    while (performance.now() < end);
    res.send('answer');
  });
  const sockets = await Promise.all(Array.from({ length: 21 }, () => connectTo(server)));
  await server.untilOpen(21);
  const received = sockets.map((socket) => receiveAll(socket));
  for (const [i, socket] of sockets.entries()) {
    socket.end(i === 20 ? GET.replace('/', '/healthz') : GET);
  }
  await Promise.all(received);
  expect(handled).toHaveLength(21);
  expect(handled.indexOf('/healthz')).toBeLessThan(10);
});

describe('a client that closes its side', () => {
  test.each(['1.1', '1.0'])(
    'after a whole request of HTTP/%s receives its answer',
    async (version) => {
      server = await startHttpServer((_req, res) => void setImmediate(() => res.send('answer')));
      const socket = await connectTo(server);
      socket.end(GET.replace('1.1', version));
      expect(await receiveAll(socket)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*answer$/);
    },
  );

  test('and waits for long is answered too, behind interim responses', async () => {
    server = await startHttpServer((_req, res) => void setTimeout(() => res.send('answer'), 600));
    const socket = await connectTo(server);
    socket.end(GET);
    expect(await receiveAll(socket)).toMatch(
      /^(HTTP\/1.1 102 Processing\r\n\r\n)+HTTP\/1.1 200 OK[\s\S]*answer$/,
    );
  });

  test('and has gone is noticed', async () => {
    const gone = new Promise<void>((resolve) => {
      void startHttpServer((_req, res) => void res.once('close', resolve)).then((started) => {
        server = started;
      });
    });
    await until(() => server?.server.listening);
    const socket = await connectTo(server);
    socket.write(GET);
    await once(server.server, 'request');
    socket.destroy();
    await expect(gone).resolves.toBeUndefined();
    await until(() => server.inProgress() === 0);
    expect(server.ended).toEqual(['499 GET none']);
  });

  test.each([
    ['by FIN', (socket: Socket) => socket.end()],
    ['by FIN, and reads nothing', (socket: Socket) => socket.destroy()],
    ['by RST', (socket: Socket) => socket.resetAndDestroy()],
  ])('in the middle of a body, %s, is counted as gone', async (_, close) => {
    server = await startHttpServer(async (req, res) => {
      await text(req).catch(() => undefined);
      if (req.complete) {
        res.send('answer');
      }
    });
    const socket = await connectTo(server);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await until(() => server.inProgress() === 1);
    const closed = closeOf(socket);
    close(socket);
    await closed;
    await until(() => server.inProgress() === 0);
    expect(server.ended).toEqual(['499 OTHER none']);
  });
});

describe('a connection that ends with an answer', () => {
  test('begins no request behind it', async () => {
    const begun: string[] = [];
    server = await startHttpServer((req, res) => {
      begun.push(req.url);
      res.set('connection', 'close').send('answer');
    });
    const socket = await connectTo(server);
    socket.write(GET + GET.replace('/', '/second'));
    expect((await receiveAll(socket)).match(/HTTP\/1.1 200/g)).toHaveLength(1);
    expect(begun).toEqual(['/']);
  });

  test.each([
    ['a length', 'content-length: 2147483648\r\n\r\n'],
    ['chunks', 'transfer-encoding: chunked\r\n\r\n'],
  ])(
    'does not receive the rest of a body with %s, and its client receives the answer',
    async (_, head) => {
      server = await startHttpServer(answer);
      const socket = await connectTo(server);
      const received = receiveAll(socket);
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${head}`);
      const chunk = head.startsWith('t')
        ? `10000\r\n${'x'.repeat(0x10000)}\r\n`
        : 'x'.repeat(0x10000);
      const sending = setInterval(() => socket.write(chunk), 1);
      expect(await received).toMatch(/^HTTP\/1.1 200 OK[\s\S]*answer$/);
      clearInterval(sending);
      await server.untilOpen(0);
      // What the system had buffered before the connection was closed.
      expect(socket.bytesWritten).toBeLessThan(64 * 1024 ** 2);
    },
  );
});

describe('answers that are not read', () => {
  const large: RequestHandler = (_req, res) => void res.send(Buffer.alloc(48 * 1024 ** 2));

  test('end their connection after a time that is in proportion to their size', async () => {
    server = await startHttpServer((_req, res) => void res.send(Buffer.alloc(8 * 1024 ** 2)));
    const socket = await connectTo(server);
    socket.write(GET);
    socket.pause();
    await until(() => server.inProgress() === 1);
    let seconds = 0;
    while (server.closed.length === 0 && seconds < 3_600) {
      server.connections.closeUnread();
      seconds += 0.25;
    }
    expect(server.closed).toEqual(['unread']);
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(10 + 8 * 64 + 5);
  });

  test('end at once where together they take too much memory, the longest waiting first', async () => {
    server = await startHttpServer(large);
    const sockets: Socket[] = [];
    for (let i = 0; i < 3; i++) {
      const socket = await connectTo(server);
      sockets.push(socket);
      socket.write(GET);
      socket.pause();
      await until(() => server.inProgress() + server.ended.length === i + 1);
      server.connections.closeUnread();
    }
    await until(() => server.inProgress() === 1);
    expect(server.closed).toEqual(['unread', 'unread']);
    expect(server.ended).toEqual(['499 GET none', '499 GET none']);
    const received = await new Promise((resolve) => {
      let bytes = 0;
      sockets[2]?.on('data', (chunk) => {
        bytes += chunk.byteLength;
        if (bytes > 48 * 1024 ** 2) {
          resolve('all');
        }
      });
      sockets[2]?.once('close', () => resolve(bytes)).resume();
    });
    expect(received).toBe('all');
  });
});

describe('a connection at its age', () => {
  test('ends with its next answer, and the client opens another one', async () => {
    // A negative age: every connection is older.
    server = await startHttpServer(answer, { maxConnectionAge: -1 });
    const socket = await connectTo(server);
    socket.write(GET);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK.*^connection: close.*answer$/ims);
    expect(server.closed).toEqual([]);
  });

  test('keeps its connection before', async () => {
    server = await startHttpServer(answer, { maxConnectionAge: 3_600 });
    const response = await fetch(server.url);
    expect([await response.text(), response.headers.get('connection')]).toEqual([
      ...['answer', 'keep-alive'],
    ]);
  });
});
