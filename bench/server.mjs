// The servers that are measured: this project's own, and the peers.
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, launch, launchServer, waitUntilReady } from '../tools/launch.mjs';

const POLL_MS = 5;
const LOG_DELAY_MS = 1000;

// An interrupted bench ends all that it has started.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

/**
 * Starts a server of ours and waits until it is ready.
 *
 * @param env settings.
 * @returns `readyMs` from the start of the process to 200 on /readyz; `nonSaturatingInt8` whether it had to
 * do without the CPU's fast int8 products.
 */
export async function startServer(env = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const server = launchServer({ PORT: `${port}`, ...env });
  server.child.stderr.pipe(process.stderr, { end: false });
  await waitUntilReady(url, server, { intervalMs: POLL_MS });
  const readyMs = performance.now() - started;
  // The line of the log comes a little later, and never where LOG_LEVEL leaves it out.
  await Promise.race([server.eventually(({ event }) => event === 'ready'), sleep(LOG_DELAY_MS)]);
  server.stopReading();
  const nonSaturatingInt8 = server.lines.some(({ event }) => event === 'exact_products');
  return { pid: server.child.pid, url, readyMs, nonSaturatingInt8, stop: () => server.stop() };
}

/** Starts one of `peers/peers.mjs`. @param end how such a child is ended. */
export async function startPeer(peer, end) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { file, args, ...options } = peer.command(port);
  // Some report each connection that a client closes.
  const { child, exited } = launch(file, args, { ...options, stdio: 'ignore' });
  const failed = exited.then(({ code }) => {
    throw new Error(`${file} ${args[0]} ended with ${code}`);
  });
  // Once the peer is told to end, its end is no error.
  failed.catch(() => undefined);
  await Promise.race([peer.ready(url), failed]);
  return { peer, pid: child.pid, url, stop: () => end(child) };
}
