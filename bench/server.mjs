// Servers as processes: started, and ended with all that they have started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const POLL_MS = 5;
const READY_TIMEOUT_MS = 60_000;
const LOG_DELAY_MS = 1000;
const STOP_TIMEOUT_MS = 15_000;
const root = fileURLToPath(new URL('..', import.meta.url));

/** What still runs when this process ends is ended with it. */
const running = new Set();
process.on('exit', () => {
  for (const child of running) {
    process.kill(-child.pid, 'SIGKILL');
  }
});
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

/** In a process group of its own, so that all its processes can be ended. */
function start(file, args, options) {
  const child = spawn(file, args, { ...options, detached: true });
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ${args[0]} ended with ${code}`)));
  });
  // Once it is told to end, its end is no news.
  failed.catch(() => undefined);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return { child, failed };
}

async function stop(child) {
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await once(child, 'exit');
  clearTimeout(timer);
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
  const { child, failed } = start(process.execPath, ['dist/main.js', 'serve'], {
    cwd: root,
    env: { ...process.env, HOST: '127.0.0.1', PORT: `${port}`, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events = [];
  const lines = createInterface({ input: child.stdout });
  const logged = new Promise((resolve) => {
    lines.on('line', (line) => {
      events.push(JSON.parse(line).event);
      if (events.at(-1) === 'ready') {
        resolve();
      }
    });
  });
  const ready = async () => {
    while ((await statusOf(`${url}/readyz`)) !== 200) {
      if (performance.now() - started > READY_TIMEOUT_MS) {
        throw new Error(`the server is not ready after ${READY_TIMEOUT_MS / 1000} s`);
      }
      await sleep(POLL_MS);
    }
    return performance.now() - started;
  };
  const readyMs = await Promise.race([ready(), failed]);
  // The log is written a little later, and without this line where LOG_LEVEL says so.
  await Promise.race([logged, sleep(LOG_DELAY_MS)]);
  lines.close();
  // What the log says is read and thrown away, as a collector would at the least.
  child.stdout.resume();
  const nonSaturatingInt8 = events.includes('exact_products');
  return { pid: child.pid, url, readyMs, nonSaturatingInt8, stop: () => stop(child) };
}

/** Starts one of `peers/peers.mjs`. @param end how such a child is ended. */
export async function startPeer(peer, end) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { file, args, ...options } = peer.command(port);
  const { child, failed } = start(file, args, {
    ...options,
    // Some report each connection that a client closes.
    stdio: 'ignore',
  });
  await Promise.race([peer.ready(url), failed]);
  return { peer, pid: child.pid, url, stop: () => end(child) };
}

/** @returns undefined where nobody listens. */
const statusOf = (url) =>
  fetch(url).then(
    ({ status }) => status,
    () => undefined,
  );

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
