// The table of README's section "Speed", from docs/measurements/performance/results.json.
//
//   node bench/speed-table.mjs    writes it, as `npm run bench` does
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findLimit, medianOver, NAMES } from './criteria.mjs';
import { fixed, table } from './tables.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORT = 'docs/measurements/performance.md';
const BLOCK = /<!-- speed -->\n[\s\S]*?<!-- end -->/;

/** @returns README with the table written anew. @param results those of a run of the bench. */
export function fillSpeed(readme, results) {
  return readme.replace(BLOCK, () => `<!-- speed -->\n${describeSpeed(results)}\n<!-- end -->`);
}

function describeSpeed({ date, machine, meanTokens, rounds, peersMb }) {
  const medianOf = medianOver(rounds);
  const rate = (name) => medianOf((round) => round[name].rate);
  const limit = findLimit(rounds);
  const [bestPeer] = Object.keys(peersMb)
    .map((name) => NAMES.peer(name, 32))
    .sort((a, b) => rate(b) - rate(a));
  const rows = [
    [limit, `${limit}, no server`],
    [NAMES.server(32), `${NAMES.server(32)}, a text in each request`],
    [NAMES.batches(8), NAMES.batches(8)],
    [NAMES.halfRepeats, `${NAMES.server(32)}, half of the texts are repeats`],
    ...(bestPeer ? [[bestPeer, `${bestPeer}: the fastest other server`]] : []),
  ].map(([name, title]) => [
    title,
    fixed(rate(name)),
    fixed(
      medianOf((round) => round[name].rate / round[limit].rate),
      2,
    ),
    ...['p50', 'p99'].map((key) => fixed(medianOf((round) => round[name][key]))),
  ]);
  return `${table(['', 'texts/s', 'share of raw', 'p50 ms', 'p99 ms'], rows)}

Measured by \`npm run bench\` on ${date}: ${machine.cpu}, ${machine.cores} cores, which client and server share; texts of ${fixed(meanTokens)} tokens. The
[report](${REPORT}) has the model's version, all measurements and the other servers.`;
}

/** Writes the table into README. @param root the folder of the project. */
export function writeSpeed(root = ROOT) {
  const path = join(root, 'README.md');
  const results = readFileSync(join(root, 'docs/measurements/performance/results.json'), 'utf8');
  writeFileSync(path, fillSpeed(readFileSync(path, 'utf8'), JSON.parse(results)));
}

if (process.argv[1] === import.meta.filename) {
  writeSpeed();
}
