// docs/measurements/scaling.md: what many replicas take, from docs/measurements/performance, measurements of a replica, and models of the
// rest, which real servers check.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from './proc.mjs';
import { compareCaches } from './scaling/caches.mjs';
import { check } from './scaling/check.mjs';
import { measureFetch, measureNewReplica, measureOutput } from './scaling/facts.mjs';
import { runModel } from './scaling/model.mjs';
import { fillBlocks } from './scaling/report.mjs';

const HELP = `node bench/scaling.mjs [options]
  --facts          measure what a replica writes, exports and fetches; requires versitygw
  --check          compare the model with real servers, on an idle machine; requires wrk
  --rounds N       of --check (default 3)
  --model          compute the models again, from docs/measurements/performance
  --report         fill the tables of docs/measurements/scaling.md; the other options do it too
`;
const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    facts: { type: 'boolean' },
    check: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    model: { type: 'boolean' },
    report: { type: 'boolean' },
  },
});

const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'docs/measurements/scaling/results.json');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const today = () => new Date().toISOString().slice(0, 10);
const machine = () => ({ ...describeMachine(), cores: availableParallelism() });

async function measureFacts() {
  const commit = readFileSync(join(root, 'models/tweet-sentiment/PINNED'), 'utf8').trim();
  const output = await measureOutput();
  const fetch = await measureFetch(commit);
  const newReplica = await measureNewReplica();
  return { date: today(), commit, output, fetch, newReplica, caches: await compareCaches() };
}

async function run() {
  const results = readJson(file);
  const onProgress = (text) => process.stderr.write(`${text}\n`);
  if (options.facts) {
    results.facts = await measureFacts();
  }
  if (options.check) {
    const found = await check({ rounds: Number(options.rounds), onProgress });
    results.check = { date: today(), machine: machine(), ...found };
  }
  if (options.model) {
    results.model = runModel(readJson(join(root, 'docs/measurements/performance/results.json')));
  }
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  const page = join(root, 'docs/measurements/scaling.md');
  writeFileSync(page, fillBlocks(readFileSync(page, 'utf8'), root));
}

if (options.help || !(options.facts || options.check || options.model || options.report)) {
  process.stdout.write(HELP);
} else {
  await run();
}
