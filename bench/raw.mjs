// Raw runtime: ONNX Runtime in worker threads, without a server.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Loads the model into threads, each with its own session.
 *
 * @param options `model`: its bytes; `nonSaturatingInt8`: as the server uses it.
 */
export async function startRaw(options, count) {
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./raw-worker.mjs', import.meta.url), { workerData: options }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return {
    /**
     * @param job `encodings`: token ids of each text; `batch`: texts in a batch; `seconds`; `threads` to use.
     * @returns `rate`: texts a second of all threads; `cpuUs` of a text; `p50`: ms of a batch.
     */
    async run({ threads = count, ...job }) {
      const answers = workers.slice(0, threads).map((worker) => {
        worker.postMessage(job);
        return once(worker, 'message');
      });
      const found = (await Promise.all(answers)).flat();
      const mean = (key) => found.reduce((sum, each) => sum + each[key], 0) / threads;
      return { rate: mean('rate') * threads, cpuUs: { total: mean('cpuUs') }, p50: mean('p50') };
    },
    stop: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}
