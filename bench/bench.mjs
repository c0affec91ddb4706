// Throughput of the server beside that of the bare runtime: the same model bytes, texts and cores,
// in interleaved rounds. Needs wrk, which costs least beside the server.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readModelConfig } from '../dist/inference/model-files.js';
import { createTokenizer } from '../dist/inference/tokenizer.js';
import { makeTexts } from './texts.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const workers = availableParallelism();
const root = fileURLToPath(new URL('..', import.meta.url));
const models = join(root, 'models/tweet-sentiment');
const commit = process.env.MODEL_COMMIT || readFileSync(join(models, 'PINNED'), 'utf8').trim();

const files = new Map(
  ['model.onnx', 'tokenizer.json', 'config.json'].map((path) => [
    path,
    readFileSync(join(models, commit, path)),
  ]),
);
const tokenize = createTokenizer(readModelConfig(files));
const texts = makeTexts(4000);
const encodings = texts.map((text) => tokenize(text).ids).sort((a, b) => a.length - b.length);
const meanTokens = encodings.reduce((total, { length }) => total + length, 0) / encodings.length;

/** Texts a second of the bare runtime, all workers together. */
async function measureRaw(batch) {
  const threads = Array.from({ length: workers }, () => {
    const workerData = { model: files.get('model.onnx'), encodings, batch, seconds: seconds / 2 };
    return new Worker(new URL('./raw-worker.mjs', import.meta.url), { workerData });
  });
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const rates = threads.map((thread) => once(thread, 'message'));
  for (const thread of threads) {
    thread.postMessage('go');
  }
  const total = (await Promise.all(rates)).reduce((sum, [rate]) => sum + rate, 0);
  await Promise.all(threads.map((thread) => thread.terminate()));
  return total;
}

/** Runs wrk with bodies of its own. @returns texts a second, and latency quantiles in ms. */
function measureServer(url, connections, inputs) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const bodies = [];
  for (let start = 0; start + inputs <= texts.length; start += inputs) {
    const batch = texts.slice(start, start + inputs);
    bodies.push(JSON.stringify({ inputs: inputs === 1 ? batch[0] : batch }));
  }
  writeFileSync(join(folder, 'bodies'), bodies.join('\n'));
  writeFileSync(
    join(folder, 'load.lua'),
    `local requests, i = {}, 0
function init()
  for line in io.lines("${join(folder, 'bodies')}") do
    requests[#requests + 1] = wrk.format("POST", "/predict", {["content-type"] = "application/json"}, line)
  end
end
function request() i = i % #requests + 1; return requests[i] end
function done(summary, latency)
  local errors = summary.errors.status + summary.errors.read + summary.errors.timeout
  io.write(string.format('RESULT {"rate":%f,"p50":%f,"p99":%f,"errors":%d}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors))
end`,
  );
  const child = spawn('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '30s',
    '-s',
    join(folder, 'load.lua'),
    url,
  ]);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('RESULT ')) {
        const result = JSON.parse(line.slice(7));
        resolve({ ...result, rate: result.rate * inputs });
      }
    });
  });
}

async function startServer(command = [join(root, 'dist/main.js'), 'serve']) {
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', MODEL_COMMIT: commit },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  let url;
  await new Promise((resolve) => {
    lines.on('line', (line) => {
      const { event, url: listening } = JSON.parse(line);
      url = listening ?? url;
      if (event === 'ready') {
        lines.close();
        // What the log says is read and thrown away, as a collector would at the least.
        child.stdout.resume();
        resolve();
      }
    });
  });
  return { child, url };
}

/** Longest time that /healthz took while 1,000 requests of one to five texts went on, in ms. */
async function slowestProbe(url) {
  const prober = new Worker(new URL('./probe.mjs', import.meta.url), { workerData: url });
  await once(prober, 'online');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1000 });
  await Promise.all(
    Array.from({ length: 1000 }, (_, i) => {
      const body = JSON.stringify({ inputs: texts.slice(i * 3, i * 3 + 1 + (i % 5)) });
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      return new Promise((resolve, reject) => {
        http
          .request(`${url}/predict`, { method: 'POST', agent, headers }, (response) =>
            response.resume().on('end', resolve),
          )
          .on('error', reject)
          .end(body);
      });
    }),
  );
  agent.destroy();
  prober.postMessage('stop');
  const [slowest] = await once(prober, 'message');
  return slowest;
}

/** Adds a round's value to those of its name. */
function keep(table, name, value) {
  table[name] = [...(table[name] ?? []), value];
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const results = { 'raw batch 1': [], 'raw batch 4': [], 'raw batch 8': [], 'raw batch 16': [] };
const latencies = {};
/** Slowest /healthz beside 1,000 concurrent requests, in ms. */
const probes = [];
for (let round = 0; round < rounds; round++) {
  for (const batch of [1, 4, 8, 16]) {
    results[`raw batch ${batch}`].push(await measureRaw(batch));
  }
  const { child, url } = await startServer();
  for (const [connections, inputs] of [
    [32, 1],
    [1, 1],
    [8, 1],
    [8, 16],
  ]) {
    const name = `server ${connections} connections × ${inputs}`;
    const result = await measureServer(url, connections, inputs);
    keep(results, name, result.rate);
    keep(latencies, name, result);
  }
  const probe = await slowestProbe(url);
  probes.push(probe);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const unobserved = await startServer([join(root, 'bench/unobserved.mjs')]);
  const name = 'server 32 connections × 1, nothing observed';
  const result = await measureServer(unobserved.url, 32, 1);
  keep(results, name, result.rate);
  keep(latencies, name, result);
  unobserved.child.kill('SIGKILL');
  await once(unobserved.child, 'exit');
}

const limit = Math.max(...[1, 4, 8, 16].map((batch) => median(results[`raw batch ${batch}`])));
if (options.json) {
  console.log(JSON.stringify({ commit, workers, meanTokens, results, latencies, probes }, null, 2));
} else {
  const cpu = execFileSync('sh', ['-c', 'grep -m1 "model name" /proc/cpuinfo | cut -d: -f2'], {
    encoding: 'utf8',
  });
  console.log(
    `model ${commit.slice(0, 12)}, ${workers} workers,${cpu.trimEnd()}, mean ${meanTokens.toFixed(1)} tokens, medians of ${rounds} rounds\n`,
  );
  console.log('| what | texts/s | of raw | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|');
  for (const [name, rates] of Object.entries(results)) {
    const runs = latencies[name];
    const of = (key) =>
      runs ? median(runs.map((run) => run[key])).toFixed(key === 'errors' ? 0 : 1) : '';
    console.log(
      `| ${name} | ${median(rates).toFixed(0)} | ${(median(rates) / limit).toFixed(2)} | ${of('p50')} | ${of('p99')} | ${of('errors')} |`,
    );
  }
  const slowest = probes.map((ms) => ms.toFixed(0)).join(', ');
  console.log(`\nslowest /healthz beside 1,000 concurrent requests, ms: ${slowest}`);
}
