// Raw runtime: ONNX Runtime in a thread, with prepared batches of similar length and no server.
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { secondsOf } from './proc.mjs';
import { median } from './stats.mjs';

/**
 * Its multiples modulo 1 are distributed evenly in [0, 1), for any number of them: whenever a measurement
 * ends, it has used short and long texts equally.
 */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

const { model, nonSaturatingInt8 } = workerData;
const session = await InferenceSession.create(model, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  extra: {
    session: {
      intra_op: { allow_spinning: '0' },
      ...(nonSaturatingInt8 ? { x64quantprecision: '1' } : {}),
    },
  },
});

/** The model's inputs for texts of similar length. @param rows token ids of each text. */
function createFeeds(rows) {
  const length = Math.max(...rows.map((ids) => ids.length));
  const ids = new BigInt64Array(rows.length * length);
  const mask = new BigInt64Array(rows.length * length);
  rows.forEach((row, r) => {
    row.forEach((id, i) => {
      ids[r * length + i] = BigInt(id);
      mask[r * length + i] = 1n;
    });
  });
  const all = { input_ids: ids, attention_mask: mask };
  return Object.fromEntries(
    session.inputNames.map((name) => {
      const data = all[name] ?? new BigInt64Array(ids.length);
      return [name, new Tensor('int64', data, [rows.length, length])];
    }),
  );
}

/** Sorts texts by length and divides them into batches, so that there is little padding. */
function createBatches(encodings, batch) {
  const sorted = [...encodings].sort((a, b) => a.length - b.length);
  return Array.from({ length: Math.floor(sorted.length / batch) }, (_, i) =>
    createFeeds(sorted.slice(i * batch, (i + 1) * batch)),
  );
}

parentPort.on('message', async ({ encodings, batch, seconds }) => {
  const batches = createBatches(encodings, batch);
  const latencies = [];
  const cpu = secondsOf('thread-self');
  const start = performance.now();
  for (let i = 0, now = start; now < start + seconds * 1000; i++) {
    await session.run(batches[Math.floor(((i * GOLDEN_RATIO) % 1) * batches.length)]);
    latencies.push(performance.now() - now);
    now += latencies.at(-1);
  }
  const texts = latencies.length * batch;
  parentPort.postMessage({
    rate: (texts / (performance.now() - start)) * 1000,
    cpuUs: ((secondsOf('thread-self') - cpu) / texts) * 1e6,
    p50: median(latencies),
  });
});
parentPort.postMessage('ready');
