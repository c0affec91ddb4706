// How soon drift alarms are raised, and how often false ones: labelled tweets are classified once by a
// version, as the server does it, and then drawn at random as traffic of a given rate.
//
//   node bench/drift.mjs <folder of data sets> [--commit <sha>]     prints the tables of docs/drift.md
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
/** An alarm that has not been raised after this many requests counts as none. */
const MAX_REQUESTS = 200_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commit: { type: 'string' } },
});
const [folder] = positionals;
const commit = values.commit ?? readFileSync(join(MODELS, 'PINNED'), 'utf8').trim();
const profile = JSON.parse(readFileSync(join(MODELS, commit, 'profile.json'), 'utf8'));

/** The rows of a data set with columns `label` and `text`, separated by tabs. */
function readRows(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return { text: cells[columns.indexOf('text')], trueLabel: cells[columns.indexOf('label')] };
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
  { hasGolden: false },
);

/** @returns rows with their classifications. */
async function classifyRows(...paths) {
  const rows = paths.flatMap((path) => readRows(join(folder, path)));
  const found = await classifyAll(
    classifier,
    rows.map(({ text }) => text),
    () => undefined,
  );
  return rows.map((row, i) => ({ ...row, ...found[i], ...identifyLanguage(row.text) }));
}

/** Counts of the last seconds, as in a rule with a window. */
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

/** The `for` duration of an alert rule: how long its condition holds before it fires. */
function holdSeconds(alarm, window) {
  if (window === '1h') {
    return 300;
  }
  return alarm.startsWith('language') ? 0 : 120;
}

/** Simulates traffic, evaluated every five seconds. @returns requests until each alarm, by its name. */
function simulate({ before, after, share, rate, seed, requests }) {
  const { next: random } = createRandom(seed);
  const draw = (texts) => texts[Math.floor(random() * texts.length)];
  const windows = Object.entries(WINDOWS).map(([name, seconds]) => [name, createWindow(seconds)]);
  const first = {};
  let sent = 0;
  let due = 0;
  const step = (isChanged) => {
    const tally = createTally(profile);
    for (due += rate * STEP_SECONDS; due >= 1; due--) {
      tally.add(isChanged && random() < share ? draw(after) : draw(before));
      sent += isChanged ? 1 : 0;
    }
    for (const [, window] of windows) {
      window.push(tally.counts);
    }
  };
  // An hour of unchanged traffic fills the windows first: the case in which alarms are raised latest.
  for (let s = 0; s < WINDOWS['1h'] / STEP_SECONDS; s++) {
    step(false);
  }
  let raised = {};
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
    const stillRaised = {};
    for (const { alarm, name } of found) {
      const key = `${alarm} ${name}`;
      stillRaised[key] = raised[key] ?? sent;
      if (sent - stillRaised[key] >= holdSeconds(alarm, name) * rate) {
        first[alarm] ??= { sent, window: name };
      }
    }
    raised = stillRaised;
  }
  return first;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** @returns the median number of requests until an alarm, `–` if most runs had none. */
function requestsUntil(options, alarm) {
  const found = Array.from({ length: RUNS }, (_, seed) => {
    const { [alarm]: at } = simulate({ ...options, seed, requests: options.requests });
    return at?.sent ?? Number.POSITIVE_INFINITY;
  });
  const middle = median(found);
  return Number.isFinite(middle) ? middle.toLocaleString('en') : '–';
}

const english = await classifyRows('semeval-en/dev.tsv');
const german = await classifyRows('umsab-de/dev.tsv', 'umsab-de/train.tsv');
const negative = english.filter(({ trueLabel }) => trueLabel === 'negative');
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
  console.log(rate, JSON.stringify(simulate({ ...options, requests: MAX_REQUESTS })));
}
console.log('all traffic about music:');
for (const rate of RATES) {
  const options = { before: english, after: music, share: 1, rate, seed: 7 };
  console.log(rate, music.length, JSON.stringify(simulate({ ...options, requests: MAX_REQUESTS })));
}

console.log('\nstability index of whole data sets:');
for (const set of readdirSync(folder).filter((name) => !name.includes('.'))) {
  const texts = await classifyRows(`${set}/dev.tsv`);
  const { counts, add } = createTally(profile);
  texts.forEach(add);
  const drift = measureDrift(profile, counts);
  const language = set.slice(-2);
  const percentOf = (test) => ((texts.filter(test).length / texts.length) * 100).toFixed(1);
  console.log(
    `| ${set} | ${texts.length} | ${drift.map(({ stabilityIndex }) => stabilityIndex.toFixed(3)).join(' | ')} | ` +
      `${percentOf((t) => t.language === language)} | ${percentOf((t) => t.language !== language && t.language !== 'und')} | ${percentOf((t) => t.language === 'und')} |`,
  );
}
await classifier.close();
