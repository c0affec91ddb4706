// The caches of two real servers beside the model. The counts do not depend on what else the machine does.
import { createRandom } from '#dist/toolkit.js';
import { startServer } from '../server.mjs';
import { createTextSource, repeatHalf } from '../texts.mjs';
import { hitShare } from './traffic.mjs';

const TEXTS = 1500;

/** Texts of which half are repeats, at random to two servers: the share that their caches have. */
export async function compareCaches() {
  const servers = [await startServer(), await startServer()];
  const { next: random } = createRandom(7);
  const texts = repeatHalf(createTextSource()(2 * TEXTS)).slice(0, TEXTS);
  const replicas = texts.map(() => (random() < 0.5 ? 0 : 1));
  for (const [i, inputs] of texts.entries()) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ inputs });
    await (
      await fetch(`${servers[replicas[i]].url}/predict`, { method: 'POST', headers, body })
    ).text();
  }
  let hits = 0;
  for (const { url, stop } of servers) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    hits += Number(/^classifier_cache_requests_total\{result="hit"\} (\d+)$/m.exec(metrics)[1]);
    await stop();
  }
  let at = 0;
  const model = hitShare(texts, {
    ...{ replicas: 2, entries: Number.POSITIVE_INFINITY, from: 0 },
    replicaOf: () => replicas[at++],
  });
  return { texts: TEXTS, real: hits / TEXTS, model };
}
