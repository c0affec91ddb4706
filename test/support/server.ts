/** The built server and its command line as processes of their own. */
import type {
  ChildProcess,
  ChildProcessWithoutNullStreams,
  SpawnOptions,
} from 'node:child_process';
import { text } from 'node:stream/consumers';
import {
  type Exit,
  environment,
  type LogLine,
  launch,
  launchServer,
  MAIN,
  type Program,
  poll,
  ROOT,
} from '../../tools/launch.mjs';

export { type Exit, type LogLine, MAIN, ROOT };

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
  /** Waits until a metric, summed over its series, is above 0. @returns all metrics at that time. */
  untilCounted(name: string, labels?: string): Promise<Map<string, number>>;
}

/** Less than the time limit of a test. */
const COMMAND_TIMEOUT_MS = 100_000;

export type Environment = Record<string, string>;

/** One worker starts sooner than one for each core; tests of several workers set WORKERS. */
const DEFAULTS = { WORKERS: '1' };

/** Starts `serve` and waits for a line of its log. @throws where it ends before. */
export async function startServer(
  env: Environment = {},
  until: 'ready' | 'listening' | 'store_retry' = 'ready',
): Promise<TestServer> {
  const { child, lines, eventually, stop } = launchServer({ ...DEFAULTS, ...env });
  await eventually(({ event }) => event === until);
  const { url } = await eventually(({ event }) => event === 'listening');

  const metrics = async () => parseMetrics(await (await fetch(`${url}/metrics`)).text());
  return {
    url: url as string,
    process: child,
    lines,
    eventually,
    stop,
    predict: (body, headers = {}) =>
      fetch(`${url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    metrics,
    untilCounted: async (name, labels) => {
      const isCounted = (found: Map<string, number>) => sum(found, name, labels) > 0;
      const last = await poll(metrics, { accept: isCounted, intervalMs: 10 });
      if (!isCounted(last)) {
        throw new Error(`${name} stays 0`);
      }
      return last;
    },
  };
}

/** Starts a command of the command line. Its streams are pipes, unless `options` say otherwise. */
export function startCommand(
  args: readonly string[],
  env: Environment = {},
  options: SpawnOptions = {},
) {
  return launch(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    env: environment({ ...DEFAULTS, ...env }),
    ...options,
  }) as Program<ChildProcessWithoutNullStreams>;
}

/** Runs a command of the command line to its end. @param timeout in milliseconds. */
export async function runCommand(
  args: readonly string[],
  env: Environment = {},
  timeout = COMMAND_TIMEOUT_MS,
): Promise<Exit & { stdout: string; stderr: string }> {
  const { child, exited } = startCommand(args, env, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A command that hangs must not outlive its test.
    timeout,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr, exit] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { ...exit, stdout, stderr };
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
