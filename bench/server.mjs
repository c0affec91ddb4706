// The servers that are measured: this project's own, and the peers.
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, launch, launchServer, waitUntilReady } from '../tools/launch.mjs';

const POLL_MS = 5;
/** A machine may have more to do than a bench. */
const READY_TIMEOUT_MS = 300_000;
const LOG_DELAY_MS = 1000;

// If a bench is interrupted, the processes that it has started end with it.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

/**
 * Starts this project's server and waits until it is ready.
 *
 * @param env settings.
 * @returns `readyMs`: from the start of the process to 200 on /readyz; `nonSaturatingInt8`: whether it uses
 * non-saturating int8 products, because the CPU's fast ones saturate.
 */
export async function startServer(env = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const server = launchServer({ PORT: `${port}`, ...env });
  server.child.stderr.pipe(process.stderr, { end: false });
  await waitUntilReady(url, server, { intervalMs: POLL_MS, timeoutMs: READY_TIMEOUT_MS });
  const readyMs = performance.now() - started;
  // The log line is written a little later, or not at all, depending on LOG_LEVEL.
  await Promise.race([server.eventually(({ event }) => event === 'ready'), sleep(LOG_DELAY_MS)]);
  server.stopReading();
  const nonSaturatingInt8 = server.lines.some(({ event }) => event === 'exact_products');
  return { pid: server.child.pid, url, readyMs, nonSaturatingInt8, stop: () => server.stop() };
}

/** Starts a server of `peers/peers.mjs`. @param end ends its processes. */
export async function startPeer(peer, end) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { file, args, ...options } = peer.command(port);
  // Some report each connection that a client closes.
  const { child, exited } = launch(file, args, { ...options, stdio: 'ignore' });
  const failed = exited.then(({ code }) => {
    throw new Error(`${file} ${args[0]} ended with ${code}`);
  });
  // Its exit after `stop` is not an error.
  failed.catch(() => undefined);
  await Promise.race([peer.ready(url), failed]);
  return { peer, pid: child.pid, url, stop: () => end(child) };
}
