// Compares the answers of the peers with those of this server: 20 texts one by one, then 32 concurrently.
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
  console.error('run bench/peers/install.sh first');
  process.exit(1);
}

// The last one is longer than the model's window, to detect a peer that truncates differently.
const texts = [...makeTexts(51), makeTexts(20, 2).join(' ')];

/** @returns the body of the answer. @throws Error if the status is not a success. */
async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body });
  const answer = await response.text();
  if (!response.ok) {
    throw new Error(`${url}: status ${response.status}: ${answer}`);
  }
  return answer;
}

/** Sends all texts to a running peer. @returns each answer that is not the expected one. */
async function compare({ peer, url }, expected) {
  const check = async (text, i) => {
    const { label, score } = peer.parse(await post(`${url}${peer.path}`, peer.body(text)));
    const { label: expectedLabel, score: expectedScore } = expected[i];
    return label === expectedLabel && Math.abs(score - expectedScore) <= TOLERANCE
      ? []
      : [`expected ${expectedLabel} ${expectedScore}, found ${label} ${score}: ${text}`];
  };
  const found = [];
  for (let i = 0; i < 20; i++) {
    found.push(await check(texts[i], i));
  }
  found.push(...(await Promise.all(texts.slice(20).map((text, i) => check(text, 20 + i)))));
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
