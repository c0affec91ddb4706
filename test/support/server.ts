/** The built server as a process of its own, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export type LogLine = Record<string, unknown> & { event: string };

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Log lines so far; all of them once `stop` has resolved. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first line that matches, be it there or still to come. */
  eventually(matches: (line: LogLine) => boolean): Promise<LogLine>;
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  predict(body: unknown, headers?: Record<string, string>): Promise<Response>;
  metrics(): Promise<Map<string, number>>;
}

type Environment = Record<string, string>;

/** Starts `serve` and waits for a line of its log. @throws where it ends before. */
export async function startServer(
  env: Environment = {},
  until: 'ready' | 'listening' | 'store_retry' = 'ready',
): Promise<TestServer> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close').then(([code, signal]): Exit => ({ code, signal }));
  const lines: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = JSON.parse(line) as LogLine;
      lines.push(parsed);
      for (const look of waiting) {
        look(parsed);
      }
      if (parsed.event === until) {
        resolve();
      }
    });
    exited.then(() => reject(new Error(`the server ended: ${errors}`)));
  });
  await ready;
  const { url } = lines.find(({ event }) => event === 'listening') as unknown as { url: string };

  return {
    url,
    process: child,
    lines,
    eventually: (matches) =>
      new Promise((resolve) => {
        const look = (line: LogLine): void => {
          if (matches(line)) {
            waiting.delete(look);
            resolve(line);
          }
        };
        waiting.add(look);
        lines.forEach(look);
      }),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
    predict: (body, headers = {}) =>
      fetch(`${url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    metrics: async () => parseMetrics(await (await fetch(`${url}/metrics`)).text()),
  };
}

/** Runs a command of the command line to its end. */
export async function runCommand(
  args: readonly string[],
  env: Environment = {},
  timeout = 50_000,
): Promise<Exit & { stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A command that hangs must not outlive its test.
    timeout,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** Samples by series, as `name{label="value",…}`. */
function parseMetrics(text: string): Map<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );
}

/** The sum of a metric over all series whose labels contain the given text. */
export function sum(metrics: Map<string, number>, name: string, labels = ''): number {
  let total = 0;
  for (const [series, value] of metrics) {
    if (series.split('{')[0] === name && series.includes(labels)) {
      total += value;
    }
  }
  return total;
}
