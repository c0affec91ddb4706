// Servers that a user might take instead of this one, as a benchmark starts, asks and ends them.
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
/** In the environment of every process of a peer that this process starts. */
const MARK = randomUUID();

/** Where `install.sh` puts the Python environments unless told otherwise. */
const venv = resolve(process.env.PEERS_VENV || join(here, '.venv'));

/** @returns whether `install.sh` has put there what the requirements ask for. */
export function installed() {
  const mark = join(venv, 'installed');
  const wanted = REQUIREMENTS.map((file) => readFileSync(join(here, file), 'utf8')).join('');
  return existsSync(mark) && readFileSync(mark, 'utf8') === wanted;
}

/**
 * How to spawn a program of an environment: `detached`, so that only `stop` interrupts it.
 *
 * MODEL_FOLDER and NON_SATURATING_INT8 are taken from this process's environment.
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
      // The processes keep all cores busy as it is.
      TOKENIZERS_PARALLELISM: 'false',
      // Nobody is told that they run.
      ORT_DISABLE_TELEMETRY: '1',
      BENTOML_DO_NOT_TRACK: 'True',
      HF_HUB_OFFLINE: '1',
      // BentoML makes folders of its own there, MLServer where it runs.
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

/** @returns the answer's body, or undefined where there is none yet or it says no. */
async function ask(url, init) {
  const signal = AbortSignal.timeout(5000);
  try {
    // A connection of its own: a kept one would reach the same process again and again.
    const headers = { connection: 'close', 'content-type': 'application/json' };
    const response = await fetch(url, { ...init, headers, signal });
    const body = await response.text();
    return response.ok ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Asks until it holds. @throws Error when it does not within two minutes. */
async function until(holds, what) {
  if (!(await poll(holds, { timeoutMs: READY_TIMEOUT_MS }))) {
    throw new Error(`${what}: not ready after ${READY_TIMEOUT_MS / 1000} s`);
  }
}

/** Waits for the server's own word that all its workers are ready. */
function untilHealthy(path) {
  return (url) => until(async () => (await ask(`${url}${path}`)) !== undefined, `${url}${path}`);
}

/** Waits until so many processes have answered with their id: each answers for itself only. */
function untilProcesses(count, path, init) {
  return async (url) => {
    const seen = new Set();
    await until(async () => {
      const answers = Array.from({ length: 8 }, () => ask(`${url}${path}`, init));
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
const own = (body) => JSON.parse(body);

/**
 * Each peer: what to spawn for a port; where to post which body for a text; when it is ready for
 * load; and what its answer says, as `{ label, score }`.
 */
export const PEERS = [
  {
    name: 'FastAPI, 2 processes',
    command: (port) => uvicorn(port, { workers: 2, threads: 1 }),
    path: '/predict',
    body: inputs,
    parse: own,
    ready: untilProcesses(2, '/health'),
  },
  {
    name: 'FastAPI, 2 threads',
    command: (port) => uvicorn(port, { workers: 1, threads: 2 }),
    path: '/predict',
    body: inputs,
    parse: own,
    ready: untilProcesses(1, '/health'),
  },
  {
    name: 'LitServe',
    command: (port) =>
      program('main', 'python', [join(here, 'litserve_app.py')], { PORT: `${port}` }),
    path: '/predict',
    body: inputs,
    parse: own,
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
 * Ends a peer and returns once nothing of it runs: interrupts it, as all of them expect at a
 * terminal, and after ten seconds kills what is left. One peer at a time.
 *
 * Processes are found by their environment: BentoML's workers have sessions of their own, and the
 * workers of a peer that died are nobody's children.
 */
export async function stop(child) {
  child.kill('SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  for (let left = running(); left.length > 0; left = running()) {
    if (Date.now() > deadline) {
      left.forEach(kill);
    }
    await sleep(50);
  }
}

// Nor does a benchmark that breaks off leave one behind.
process.once('exit', () => running().forEach(kill));

/** @returns the ids of the processes that carry the mark. Linux only. */
function running() {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(MARK);
    } catch {
      // It has ended, or is another user's.
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
