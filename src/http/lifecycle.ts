/** How the HTTP server begins to listen, and how it ends. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeSystemError, KnownError } from '../errors.ts';
import type { HttpServer } from './server.ts';

/**
 * A client that has just received an answer may be sending its next request, which would be lost with its
 * connection. It is answered instead, with `Connection: close`.
 */
const IDLE_GRACE_MS = 200;
const SWEEP_INTERVAL_MS = 50;

/** How long a server that stops goes on to accept connections that are already established. */
const MAX_ACCEPTING_MS = 200;

/** Connections that the system keeps until they are accepted; its own limit applies as well. */
const BACKLOG = 4096;

/**
 * @param host undefined: every address; where the system has no IPv6, Node listens on those of IPv4.
 * @returns `http://host:port`
 * @throws KnownError with the setting that the system refuses: HOST or PORT.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string | undefined; readonly port: number },
): Promise<string> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw refusedSetting(error, host ?? '*', port);
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

/** The codes of errors that another PORT would not get. */
const PORT_ERRORS = new Set(['EADDRINUSE', 'EACCES', 'EPERM']);

function refusedSetting(error: NodeJS.ErrnoException, host: string, port: number): KnownError {
  const { code = '', message } = error;
  const isPort = PORT_ERRORS.has(code);
  // The properties of the system's error depend on the number of processes.
  const subject = isPort ? { address: host, port } : { address: host };
  const described = describeSystemError(Object.assign(new Error(message), { code }, subject));
  return new KnownError('bad-setting', `${isPort ? 'PORT' : 'HOST'}: ${described}`, {
    cause: error,
  });
}

/**
 * Accepts no new connection and waits until the requests that have arrived completely have their answers.
 * What has not is not waited for: its connection is closed.
 *
 * @returns the number of connections that still waited for an answer after `timeoutMs`; they are closed.
 */
export async function drain(
  { server, connections }: HttpServer,
  timeoutMs: number,
): Promise<number> {
  let unanswered = 0;
  const closed = once(server, 'close');
  connections.closeAfterAnswers();
  await acceptEstablished(server);
  // `close` of an HTTP server also closes connections whose clients have not read all of their answer.
  NetServer.prototype.close.call(server);
  connections.closeUnused(IDLE_GRACE_MS);
  const sweep = setInterval(() => connections.closeUnused(IDLE_GRACE_MS), SWEEP_INTERVAL_MS);
  const deadline = setTimeout(() => {
    unanswered = connections.unanswered();
    server.closeAllConnections();
  }, timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  return unanswered;
}

/**
 * Accepts the connections that wait in the system's queue: it would reset them, with the requests that
 * their clients have sent. One is accepted in a turn of the event loop.
 */
async function acceptEstablished(server: Server): Promise<void> {
  let idleTurns = 0;
  const onConnection = (): void => {
    idleTurns = 0;
  };
  server.on('connection', onConnection);
  const end = performance.now() + MAX_ACCEPTING_MS;
  while (idleTurns < 2 && performance.now() < end) {
    idleTurns++;
    await nextTurn();
  }
  server.off('connection', onConnection);
}
