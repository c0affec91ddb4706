// How soon the drift alarms come, and how often without cause: labelled tweets, classified once by a
// version as the server does it, then drawn at random as traffic of a given rate.
//
//   node bench/drift.mjs <folder of data sets> [--commit <sha>]     the tables of docs/drift.md
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  classifyAll,
  createLanguageIdentifier,
  createRandom,
  createTally,
  driftAlarms,
  measureDrift,
  openClassifier,
} from '#dist/toolkit.js';

const MODELS = new URL('../models/tweet-sentiment/', import.meta.url).pathname;
const WINDOWS = { '5m': 300, '1h': 3600 };
const STEP_SECONDS = 5;
const RATES = [1, 10, 100];
const RUNS = 21;
/** More requests than this without an alarm count as none. */
const MAX_REQUESTS = 200_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commit: { type: 'string' } },
});
const [folder] = positionals;
const commit = values.commit ?? readFileSync(join(MODELS, 'PINNED'), 'utf8').trim();
const profile = JSON.parse(readFileSync(join(MODELS, commit, 'profile.json'), 'utf8'));

/** Rows of a data set: `label` and `text`, split by tabs. */
function readRows(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return { text: cells[columns.indexOf('text')], truth: cells[columns.indexOf('label')] };
  });
}

const identifyLanguage = await createLanguageIdentifier();
const classifier = await openClassifier(
  new Map(
    ['model.onnx', 'tokenizer.json', 'config.json'].map((path) => [
      path,
      readFileSync(join(MODELS, commit, path)),
    ]),
  ),
  false,
);
async function observe(...paths) {
  const rows = paths.flatMap((path) => readRows(join(folder, path)));
  const found = await classifyAll(
    classifier,
    rows.map(({ text }) => text),
    () => undefined,
  );
  return rows.map((row, i) => ({ ...row, ...found[i], ...identifyLanguage(row.text) }));
}

/** Counts of the last seconds, as a rule with a window sees them. */
function createWindow(seconds) {
  const steps = [];
  const total = createTally(profile).counts;
  const add = (counts, sign) => {
    for (const [feature, bins] of Object.entries(counts)) {
      bins.forEach((n, i) => {
        total[feature][i] += sign * n;
      });
    }
  };
  return {
    total,
    push(counts) {
      steps.push(counts);
      add(counts, 1);
      if (steps.length > seconds / STEP_SECONDS) {
        add(steps.shift(), -1);
      }
    },
  };
}

/** `for` of the rules. */
function lastsSeconds(alarm, window) {
  if (window === '1h') {
    return 300;
  }
  return alarm.startsWith('language') ? 0 : 120;
}

/** Runs traffic and looks every five seconds. @returns requests until each alarm, by its name. */
function run({ before, after, share, rate, seed, requests }) {
  const { next: random } = createRandom(seed);
  const draw = (texts) => texts[Math.floor(random() * texts.length)];
  const windows = Object.entries(WINDOWS).map(([name, seconds]) => [name, createWindow(seconds)]);
  const first = {};
  let sent = 0;
  let due = 0;
  const step = (changed) => {
    const tally = createTally(profile);
    for (due += rate * STEP_SECONDS; due >= 1; due--) {
      tally.add(changed && random() < share ? draw(after) : draw(before));
      sent += changed ? 1 : 0;
    }
    for (const [, window] of windows) {
      window.push(tally.counts);
    }
  };
  // An hour of what was before fills the windows: the hardest case.
  for (let s = 0; s < WINDOWS['1h'] / STEP_SECONDS; s++) {
    step(false);
  }
  let since = {};
  while (sent < requests) {
    step(true);
    const found = windows.flatMap(([name, { total }]) => {
      const { foreignLanguages, ...others } = driftAlarms(measureDrift(profile, total));
      const features = Object.keys(others).filter((alarm) => name === '5m' && others[alarm]);
      return [
        ...foreignLanguages.map(({ bin }) => ({ alarm: `language ${bin}`, name })),
        ...features.map((alarm) => ({ alarm, name })),
      ];
    });
    const lasting = {};
    for (const { alarm, name } of found) {
      const key = `${alarm} ${name}`;
      lasting[key] = since[key] ?? sent;
      if (sent - lasting[key] >= lastsSeconds(alarm, name) * rate) {
        first[alarm] ??= { sent, window: name };
      }
    }
    since = lasting;
  }
  return first;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The median of the runs' requests until an alarm; nothing where most runs had none. */
function requestsUntil(options, alarm) {
  const found = Array.from({ length: RUNS }, (_, seed) => {
    const { [alarm]: at } = run({ ...options, seed, requests: options.requests });
    return at?.sent ?? Number.POSITIVE_INFINITY;
  });
  const middle = median(found);
  return Number.isFinite(middle) ? middle.toLocaleString('en') : '–';
}

const english = await observe('semeval-en/dev.tsv');
const german = await observe('umsab-de/dev.tsv', 'umsab-de/train.tsv');
const negative = english.filter(({ truth }) => truth === 'negative');
const music = english.filter(({ text }) => /music|album|song|concert|tour|band/i.test(text));

console.log(`\n${commit}: ${english.length} English tweets, ${german.length} German ones\n`);
console.log(
  '| what changes | alarm | 1 text/s | 10 texts/s | 100 texts/s |\n|---|---|---|---|---|',
);
const rows = [
  ...[0.02, 0.05, 0.2, 1].map((share) => ['German', german, share, 'language de']),
  ...[0.2, 1].map((share) => ['German', german, share, 'labelMix']),
  ...[0.25, 0.5, 1].map((share) => ['negative', negative, share, 'labelMix']),
  ['about music', music, 1, 'labelMix'],
];
for (const [name, after, share, alarm] of rows) {
  const cells = RATES.map((rate) => {
    const requests = Math.min(MAX_REQUESTS, Math.max(3 * 3600 * rate, 20_000));
    return requestsUntil({ before: english, after, share, rate, requests }, alarm);
  });
  console.log(`| ${share * 100} % ${name} | ${alarm} | ${cells.join(' | ')} |`);
}

console.log('\nfalse alarms in 200,000 requests of unchanged traffic, by rate:');
for (const rate of RATES) {
  const options = { before: english, after: english, share: 1, rate, seed: 7 };
  console.log(rate, JSON.stringify(run({ ...options, requests: MAX_REQUESTS })));
}
console.log('about music, alone:');
for (const rate of RATES) {
  const options = { before: english, after: music, share: 1, rate, seed: 7 };
  console.log(rate, music.length, JSON.stringify(run({ ...options, requests: MAX_REQUESTS })));
}

console.log('\nstability index of whole data sets:');
for (const set of readdirSync(folder).filter((name) => !name.includes('.'))) {
  const texts = await observe(`${set}/dev.tsv`);
  const { counts, add } = createTally(profile);
  texts.forEach(add);
  const drift = measureDrift(profile, counts);
  const language = set.slice(-2);
  const told = (test) => ((texts.filter(test).length / texts.length) * 100).toFixed(1);
  console.log(
    `| ${set} | ${texts.length} | ${drift.map(({ stabilityIndex }) => stabilityIndex.toFixed(3)).join(' | ')} | ` +
      `${told((t) => t.language === language)} | ${told((t) => t.language !== language && t.language !== 'und')} | ${told((t) => t.language === 'und')} |`,
  );
}
await classifier.close();
