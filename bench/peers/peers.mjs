// Other servers with the same model: how a benchmark starts them, sends requests and ends them.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { poll } from '../../tools/launch.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const REQUIREMENTS = ['requirements-mlserver.txt', 'requirements.txt'];
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 10_000;
/** Set in the environment of every process of a peer, to find them. */
const MARK = randomUUID();

/** The folder of the Python environments that `install.sh` creates. */
const venv = resolve(process.env.PEERS_VENV || join(here, '.venv'));

/** @returns whether `install.sh` has installed the present requirements. */
export function installed() {
  const mark = join(venv, 'installed');
  const required = REQUIREMENTS.map((file) => readFileSync(join(here, file), 'utf8')).join('');
  return existsSync(mark) && readFileSync(mark, 'utf8') === required;
}

/**
 * The arguments of `spawn` for a program of a Python environment. It inherits MODEL_FOLDER and
 * NON_SATURATING_INT8.
 */
function program(environment, name, args, env = {}) {
  const bin = join(venv, environment, 'bin');
  return {
    file: join(bin, name),
    args,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      PYTHONPATH: here,
      PYTHONDONTWRITEBYTECODE: '1',
      // All cores are busy without further threads.
      TOKENIZERS_PARALLELISM: 'false',
      // No usage data is sent.
      ORT_DISABLE_TELEMETRY: '1',
      BENTOML_DO_NOT_TRACK: 'True',
      HF_HUB_OFFLINE: '1',
      // BentoML creates folders here, MLServer in its working directory.
      BENTOML_HOME: join(venv, 'bentoml'),
      PEERS_MARK: MARK,
      ...env,
    },
    cwd: venv,
  };
}

const listen = (port) => ['--host', '127.0.0.1', '--port', `${port}`];

/** The uvicorn command line of `fastapi_app.py`. */
function uvicorn(port, { workers, threads }) {
  const fast = ['--workers', `${workers}`, '--loop', 'uvloop', '--http', 'httptools'];
  const quiet = ['--no-access-log', '--log-level', 'warning'];
  const args = ['fastapi_app:app', ...listen(port), ...fast, ...quiet];
  return program('main', 'uvicorn', args, { THREADS: `${threads}` });
}

/** @returns the body of a successful answer, or undefined. */
async function request(url, init) {
  const signal = AbortSignal.timeout(5000);
  try {
    // A new connection each time: a kept one would always reach the same process.
    const headers = { connection: 'close', 'content-type': 'application/json' };
    const response = await fetch(url, { ...init, headers, signal });
    const body = await response.text();
    return response.ok ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Waits for a condition. @throws Error if it does not hold within two minutes. */
async function until(holds, what) {
  if (!(await poll(holds, { timeoutMs: READY_TIMEOUT_MS }))) {
    throw new Error(`${what}: not ready after ${READY_TIMEOUT_MS / 1000} s`);
  }
}

/** Waits until the server reports that all its workers are ready. */
function untilHealthy(path) {
  return (url) =>
    until(async () => (await request(`${url}${path}`)) !== undefined, `${url}${path}`);
}

/** Waits until so many processes have answered with their id. */
function untilProcesses(count, path, init) {
  return async (url) => {
    const seen = new Set();
    await until(async () => {
      const answers = Array.from({ length: 8 }, () => request(`${url}${path}`, init));
      for (const answer of await Promise.all(answers)) {
        if (answer !== undefined) {
          seen.add(answer);
        }
      }
      return seen.size >= count;
    }, `${url}${path}`);
  };
}

const inputs = (text) => JSON.stringify({ inputs: text });
const parseJson = (body) => JSON.parse(body);

/**
 * Each peer: the command that listens on a port; path and body of a request for a text; a function that
 * waits until it is ready for load; a parser of its answer, to `{ label, score }`.
 */
export const PEERS = [
  {
    name: 'FastAPI, 2 processes',
    command: (port) => uvicorn(port, { workers: 2, threads: 1 }),
    path: '/predict',
    body: inputs,
    parse: parseJson,
    ready: untilProcesses(2, '/health'),
  },
  {
    name: 'FastAPI, 2 threads',
    command: (port) => uvicorn(port, { workers: 1, threads: 2 }),
    path: '/predict',
    body: inputs,
    parse: parseJson,
    ready: untilProcesses(1, '/health'),
  },
  {
    name: 'LitServe',
    command: (port) =>
      program('main', 'python', [join(here, 'litserve_app.py')], { PORT: `${port}` }),
    path: '/predict',
    body: inputs,
    parse: parseJson,
    ready: untilHealthy('/health'),
  },
  {
    name: 'MLServer',
    command: (port) =>
      program('mlserver', 'mlserver', ['start', join(here, 'mlserver-repository')], {
        MLSERVER_HTTP_PORT: `${port}`,
      }),
    path: '/v2/models/sentiment/infer',
    body: (text) =>
      JSON.stringify({
        inputs: [{ name: 'text', datatype: 'BYTES', shape: [1, 1], data: [text] }],
      }),
    parse: (body) => {
      const outputs = JSON.parse(body).outputs.map(({ name, data }) => [name, data]);
      const { label, score } = Object.fromEntries(outputs);
      return { label: label[0], score: score[0] };
    },
    ready: untilHealthy('/v2/models/sentiment/ready'),
  },
  {
    name: 'BentoML',
    command: (port) =>
      program('main', 'bentoml', ['serve', 'bentoml_app:Sentiment', '--quiet', ...listen(port)]),
    path: '/predict',
    body: (text) => JSON.stringify({ inputs: [text] }),
    parse: (body) => JSON.parse(body)[0],
    ready: untilProcesses(2, '/pid', { method: 'POST', body: '{}' }),
  },
];

/**
 * Ends a peer and waits until none of its processes runs: sends SIGINT, as a terminal does, and after ten
 * seconds SIGKILL to those that still run. One peer at a time.
 *
 * Processes are found by their environment, not by their parent: BentoML's workers are in other process
 * groups, and the workers of a peer that died have no parent any more.
 */
export async function stop(child) {
  child.kill('SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  for (let remaining = running(); remaining.length > 0; remaining = running()) {
    if (Date.now() > deadline) {
      remaining.forEach(kill);
    }
    await sleep(50);
  }
}

// A benchmark that fails leaves no process running.
process.once('exit', () => running().forEach(kill));

/** @returns the ids of the processes with the mark. Linux only. */
function running() {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(MARK);
    } catch {
      // It has ended, or belongs to another user.
      return false;
    }
  });
}

function kill(pid) {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
}
