// Whether the peers say what this server says of the same texts: 20 one by one, then 32 at once.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPeer, startServer } from '../server.mjs';
import { makeTexts } from '../texts.mjs';
import { installed, PEERS, stop } from './peers.mjs';

const TOLERANCE = 1e-4;
const models = fileURLToPath(new URL('../../models/tweet-sentiment', import.meta.url));
const commit = process.env.MODEL_COMMIT || readFileSync(join(models, 'PINNED'), 'utf8').trim();

if (!installed()) {
  console.error('bench/peers/install.sh first');
  process.exit(1);
}

// The last one is longer than the model's window, so that a peer that cuts elsewhere shows.
const texts = [...makeTexts(51), makeTexts(20, 2).join(' ')];

/** @returns the body of the answer. @throws Error where the status is no success. */
async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer = await response.text();
  if (!response.ok) {
    throw new Error(`${url}: status ${response.status}: ${answer}`);
  }
  return answer;
}

/** Asks a running peer all texts. @returns each answer that is not the expected one. */
async function compare({ peer, url }, expected) {
  const ask = async (text, i) => {
    const { label, score } = peer.parse(await post(`${url}${peer.path}`, peer.body(text)));
    const wanted = expected[i];
    return label === wanted.label && Math.abs(score - wanted.score) <= TOLERANCE
      ? []
      : [`${label} ${score} where ${wanted.label} ${wanted.score} was expected: ${text}`];
  };
  const found = [];
  for (let i = 0; i < 20; i++) {
    found.push(await ask(texts[i], i));
  }
  found.push(...(await Promise.all(texts.slice(20).map((text, i) => ask(text, 20 + i)))));
  return found.flat();
}

const server = await startServer({ MODEL_COMMIT: commit });
const answer = await post(`${server.url}/predict`, JSON.stringify({ inputs: texts }));
await server.stop();
process.env.MODEL_FOLDER = join(models, commit);
process.env.NON_SATURATING_INT8 = server.nonSaturatingInt8 ? '1' : '';

for (const peer of PEERS) {
  const running = await startPeer(peer, stop);
  const differences = await compare(running, JSON.parse(answer).predictions);
  await running.stop();
  console.log(`${peer.name}: ${differences.length} of ${texts.length} answers differ`);
  for (const difference of differences) {
    console.log(`  ${difference}`);
    process.exitCode = 1;
  }
}
