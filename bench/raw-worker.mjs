// The limit: ONNX Runtime in a thread, fed with batches of equal length, with no server around it.
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { secondsOf } from './proc.mjs';
import { median } from './stats.mjs';

/**
 * Its multiples, modulo 1, lie evenly in [0, 1) however many there are: wherever a run ends, it has met
 * short and long texts alike.
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

/** Texts of like length as the model takes them. @param rows token ids of each. */
function feeds(rows) {
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

/** Sorted by length and cut: what little padding is left is within a batch of neighbours. */
function cut(encodings, batch) {
  const sorted = [...encodings].sort((a, b) => a.length - b.length);
  return Array.from({ length: Math.floor(sorted.length / batch) }, (_, i) =>
    feeds(sorted.slice(i * batch, (i + 1) * batch)),
  );
}

parentPort.on('message', async ({ encodings, batch, seconds }) => {
  const batches = cut(encodings, batch);
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
