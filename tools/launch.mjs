// Starts programs for tests, the bench and the demo, and ends them: the built server above all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** The built command line. */
export const MAIN = join(ROOT, bin['tweet-sentiment']);

/** How long a process may take to end after SIGTERM before it is killed. */
const STOP_TIMEOUT_MS = 90_000;

/** Programs that still run. They end with this process. */
const running = new Set();
process.on('exit', killAll);

/** Ends every program that this process has started and that still runs. */
export function killAll() {
  for (const child of running) {
    child.kill('SIGKILL');
  }
}

/** Starts a program. @param options those of `spawn`. */
export function launch(file, args, options = {}) {
  const child = spawn(file, args, options);
  running.add(child);
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const forget = () => void running.delete(child);
  exited.then(forget, forget);
  const stop = async (signal = 'SIGTERM') => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.kill(signal);
    return exited.finally(() => clearTimeout(timer));
  };
  return { child, exited, stop };
}

/** The environment of a command: this process's own, a free port of this machine, and `env`. */
export function environment(env = {}) {
  return { ...process.env, HOST: '127.0.0.1', PORT: '0', ...env };
}

/** Starts `serve`, by default of this checkout, and reads its log from standard output. */
export function launchServer(env = {}, { main = MAIN, cwd = ROOT } = {}) {
  const program = launch(process.execPath, [main, 'serve'], {
    cwd,
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  const waiting = new Set();
  let errors = '';
  program.child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-10_000);
  });
  const reader = createInterface({ input: program.child.stdout });
  reader.on('line', (text) => {
    const line = JSON.parse(text);
    lines.push(line);
    for (const { look } of waiting) {
      look(line);
    }
  });
  const onEnd = () => {
    for (const { fail } of waiting) {
      fail(new Error(`the server ended: ${errors}`));
    }
  };
  program.exited.then(onEnd, onEnd);

  /** @returns the first log line that matches. @throws where the server ends before. */
  const eventually = (matches) =>
    new Promise((resolve, reject) => {
      const found = lines.find(matches);
      if (found) {
        resolve(found);
        return;
      }
      const waiter = {
        look: (line) => {
          if (matches(line)) {
            waiting.delete(waiter);
            resolve(line);
          }
        },
        fail: reject,
      };
      waiting.add(waiter);
    });
  return {
    ...program,
    lines,
    eventually,
    /** From here on the log is thrown away, which takes the least time. */
    stopReading: () => {
      reader.close();
      program.child.stdout.resume();
    },
  };
}

/** Waits for 200 on /readyz. @throws where it does not come, or where the server ends before. */
export async function waitUntilReady(url, { exited }, timing = {}) {
  let hasEnded = false;
  const onEnd = () => {
    hasEnded = true;
  };
  exited.then(onEnd, onEnd);
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const ready = await poll(isReady, {
    accept: (ok) => ok || hasEnded,
    timeoutMs: 60_000,
    ...timing,
  });
  if (!ready) {
    throw new Error(hasEnded ? `the server at ${url} ended` : `the server at ${url} is not ready`);
  }
}

/**
 * Calls a function again and again until its result is accepted or the time is over.
 *
 * @returns the last result.
 */
export async function poll(ask, { accept = Boolean, timeoutMs = 30_000, intervalMs = 100 } = {}) {
  const end = performance.now() + timeoutMs;
  let result = await ask();
  while (!accept(result) && performance.now() < end) {
    await sleep(intervalMs);
    result = await ask();
  }
  return result;
}

/** A port of this machine on which nothing listens at the moment. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
