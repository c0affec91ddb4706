/** How the HTTP server begins to listen, and how it ends. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const SWEEP_INTERVAL_MS = 50;

/**
 * @returns `http://host:port`
 * @throws the system's error, such as EADDRINUSE.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

/**
 * Accepts no new connection and waits until the open ones have their answers.
 *
 * @returns the number of connections that still waited for one after `timeoutMs`; they are closed.
 */
export async function drain(server: Server, timeoutMs: number): Promise<number> {
  let unanswered = 0;
  const closed = once(server, 'close');
  server.close();
  // A connection whose answer is sent while the server closes stays open otherwise.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
  const deadline = setTimeout(() => {
    server.getConnections((_error, count) => {
      unanswered = count;
      server.closeAllConnections();
    });
  }, timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  return unanswered;
}
