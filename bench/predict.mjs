// `node bench/predict.mjs`: compares `predict` with the raw runtime, and samples its memory. Needs
// `node build.mjs`, and a machine that has nothing else to do.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { createTokenizer } from '#dist/toolkit.js';
import { MAIN, ROOT } from '../tools/launch.mjs';
import { cpuSeconds, memoryMb } from './proc.mjs';
import { startRaw } from './raw.mjs';
import { createTextSource } from './texts.mjs';

const { values } = parseArgs({
  options: {
    // A million takes a quarter of an hour on two cores.
    texts: { type: 'string', default: '1000000' },
    workers: { type: 'string', default: '2' },
  },
});
const count = Number(values.texts);
const workers = Number(values.workers);
const RAW_S = 10;
const RAW_BATCH = 8;
const RAW_TEXTS = 4096;
const CHUNK = 10_000;
const SAMPLES = 20;
const SAMPLE_MS = 1_000;

const store = join(ROOT, 'models/tweet-sentiment');
const version = join(store, readFileSync(join(store, 'PINNED'), 'utf8').trim());
const texts = createTextSource();

async function measureRaw(encodings) {
  const raw = await startRaw({ model: readFileSync(join(version, 'model.onnx')) }, workers);
  await raw.run({ encodings, batch: RAW_BATCH, seconds: 2 });
  const found = await raw.run({ encodings, batch: RAW_BATCH, seconds: RAW_S });
  await raw.stop();
  return found;
}

async function writeTexts(file) {
  const output = createWriteStream(file);
  for (let done = 0; done < count; done += CHUNK) {
    const lines = texts(Math.min(CHUNK, count - done)).map((line) => `${line}\n`);
    if (!output.write(lines.join(''))) {
      await new Promise((resolve) => output.once('drain', resolve));
    }
  }
  await new Promise((resolve) => output.end(resolve));
}

/** @returns the summary, and `memory` in MB and `cpu` in seconds, a sample each second. */
async function predict(file, output) {
  const args = [MAIN, 'predict', file, '--output', output, '--workers', `${workers}`, '--json'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const samples = [];
  const timer = setInterval(() => {
    try {
      samples.push({ memory: memoryMb(child.pid), cpu: cpuSeconds(child.pid).total });
    } catch {
      // It has ended.
    }
  }, SAMPLE_MS);
  const summary = await text(child.stderr);
  clearInterval(timer);
  return { ...JSON.parse(summary), samples };
}

const folder = mkdtempSync(join(tmpdir(), 'bench-predict-'));
try {
  const tokenize = createTokenizer({
    tokenizer: JSON.parse(readFileSync(join(version, 'tokenizer.json'), 'utf8')),
    window: 512,
  });
  const encodings = texts(RAW_TEXTS).map((line) => tokenize(line).ids);
  const input = join(folder, 'texts.txt');
  const output = join(folder, 'scored.csv');
  await writeTexts(input);
  const before = await measureRaw(encodings);
  const { rows, rows_per_second, seconds, samples } = await predict(input, output);
  const after = await measureRaw(encodings);
  const rawRate = (before.rate + after.rate) / 2;
  const every = Math.max(1, Math.floor(samples.length / SAMPLES));
  const result = {
    rows,
    seconds,
    bytes: statSync(output).size,
    rate: rows_per_second,
    rawRates: [before.rate, after.rate].map(Math.round),
    ratio: Number((rows_per_second / rawRate).toFixed(3)),
    cpuUs: Math.round((samples.at(-1).cpu / rows) * 1e6),
    rawCpuUs: [before.cpuUs.total, after.cpuUs.total].map(Math.round),
    memoryMb: samples.filter((_, at) => at % every === 0).map(({ memory }) => Math.round(memory)),
  };
  process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
