/** How the HTTP server ends. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HttpServer } from './server.ts';

/**
 * A client that has just received an answer may be sending its next request, which would be lost with its
 * connection. It is answered instead, with `Connection: close`.
 */
const IDLE_GRACE_MS = 200;
const SWEEP_INTERVAL_MS = 50;

/** How long a server that stops goes on to accept connections that are already established. */
const MAX_ACCEPTING_MS = 200;

/**
 * Accepts no new connection and waits until the requests that have arrived completely have their answers.
 * What has not is not waited for: its connection is closed.
 *
 * @returns the number of connections that still waited for an answer after `timeoutMs`; they are closed.
 */
export async function drain(
  { server, connections, secure }: HttpServer,
  timeoutMs: number,
): Promise<number> {
  let unanswered = 0;
  const closed = once(server, 'close');
  connections.closeAfterAnswers();
  await acceptEstablished(server);
  // `close` of an HTTP server also closes connections whose clients have not read all of their answer.
  NetServer.prototype.close.call(server);
  secure?.closeHandshakes();
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
