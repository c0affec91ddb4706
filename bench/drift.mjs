// How soon drift alerts fire, and how often false ones: labelled tweets are classified once by a version, as the
// server does it, and then drawn at random as traffic of a given rate.
//
//   node bench/drift.mjs <folder of data sets> [--commit <sha>]     prints the tables of docs/explanation/drift.md
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom, createTally, measureDrift } from '#dist/toolkit.js';
import { createRules, STEP_SECONDS } from './drift/rules.mjs';
import { openTexts } from './drift/texts.mjs';

const MODELS = new URL('../models/tweet-sentiment/', import.meta.url).pathname;
const RATES = [1, 10, 100];
const RUNS = 11;
const FALSE_ALARM_RUNS = 5;
const MAX_REQUESTS = 200_000;
/** Enough for a normal, and as little as there may be. */
const WARM_UP_SECONDS = 1800;
/** An alert that has not fired by then counts as none. */
const MAX_SECONDS = 1800;
const DAYS = 4;
const DAY_RUNS = 5;
const DAY_SECONDS = 86_400;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commit: { type: 'string' } },
});
const [folder] = positionals;
const commit = values.commit ?? readFileSync(join(MODELS, 'PINNED'), 'utf8').trim();
const profile = JSON.parse(readFileSync(join(MODELS, commit, 'profile.json'), 'utf8'));
const { classifyFiles, classify, close } = await openTexts(join(MODELS, commit), folder);

/**
 * Draws traffic and evaluates the rules every five seconds.
 *
 * @param onAlert receives the name of each alert that fires, and how many changed texts there were.
 * @returns the rules.
 */
function simulate(options, onAlert) {
  const { before, after, share, rate, seed, requests, reference } = options;
  const { warmUpSeconds = WARM_UP_SECONDS } = options;
  const { next: random } = createRandom(seed);
  const draw = (texts) => texts[Math.floor(random() * texts.length)];
  const rules = createRules(profile, reference);
  let sent = 0;
  let due = 0;
  const step = (isChanged) => {
    const tally = createTally(profile);
    for (due += rate * STEP_SECONDS; due >= 1; due--) {
      tally.add(isChanged && random() < share ? draw(after) : draw(before));
      sent += isChanged ? 1 : 0;
    }
    for (const alert of rules.step(tally.counts)) {
      onAlert(alert, sent);
    }
  };
  for (let second = 0; second < warmUpSeconds; second += STEP_SECONDS) {
    step(false);
  }
  while (sent < requests) {
    step(true);
  }
  return rules;
}

/** The first count of texts at which each alert fired; 0 during the unchanged traffic. */
function firstAlerts(options) {
  const first = {};
  simulate(options, (alert, sent) => {
    first[alert] ??= sent;
  });
  return first;
}

/** @returns `median (largest)` of the texts until an alert; `–` if most runs had none. */
function textsUntil(alert, options, runs = RUNS) {
  const requests = Math.min(MAX_REQUESTS, options.rate * MAX_SECONDS);
  const found = Array.from({ length: runs }, (_, i) => {
    const first = firstAlerts({ ...options, requests, seed: i + 1 });
    return first[alert] ?? Number.POSITIVE_INFINITY;
  }).sort((a, b) => a - b);
  const [middle, last] = [found[Math.floor(runs / 2)], found.at(-1)];
  const shown = (texts) => (Number.isFinite(texts) ? texts.toLocaleString('en') : '–');
  return Number.isFinite(middle) ? `${shown(middle)} (${shown(last)})` : '–';
}

/** Alerts in 200,000 texts of unchanged traffic, on average, by name. */
function falseAlarms(texts, rate, reference) {
  const total = {};
  for (let seed = 1; seed <= FALSE_ALARM_RUNS; seed++) {
    const options = { before: texts, after: texts, share: 1, rate, reference };
    const seen = firstAlerts({ ...options, requests: MAX_REQUESTS, seed: 100 + seed });
    for (const alert of Object.keys(seen)) {
      total[alert] = (total[alert] ?? 0) + 1 / FALSE_ALARM_RUNS;
    }
  }
  return total;
}

/**
 * Alerts per day where the share of negative tweets wanders and swings, from the first hour of the history on.
 *
 * @param wander standard deviation of an hour, as a share of the texts; @param swing over the day.
 */
function alertsOfDays(texts, { wander, swing }) {
  const [negative, others] = [negativeOf(texts), texts.filter((t) => t.trueLabel !== 'negative')];
  const steps = DAY_SECONDS / STEP_SECONDS;
  const keep = Math.exp(-STEP_SECONDS / 3600);
  let episodes = 0;
  for (let day = 1; day <= DAYS; day++) {
    const { next: random } = createRandom(day);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const draw = (list) => list[Math.floor(random() * list.length)];
    const rules = createRules(profile, 'rolling');
    let drifted = wander * normal();
    let wasFiring = false;
    for (let step = 0; step < steps; step++) {
      drifted = keep * drifted + Math.sqrt(1 - keep ** 2) * wander * normal();
      const more = drifted + swing * Math.sin((2 * Math.PI * step) / steps);
      const tally = createTally(profile);
      for (let i = 0; i < 5 * STEP_SECONDS; i++) {
        tally.add(draw(random() < Math.abs(more) ? (more > 0 ? negative : others) : texts));
      }
      const isFiring = rules.step(tally.counts).size > 0;
      episodes += isFiring && !wasFiring ? 1 : 0;
      wasFiring = isFiring;
    }
  }
  return episodes / DAYS;
}

/** The normal that `tweet-sentiment baseline` would pin after half an hour. */
function pinnedOf(texts, rate) {
  const options = { before: texts, after: texts, share: 1, rate, reference: 'rolling' };
  return simulate({ ...options, seed: 50, requests: rate * 60 }, () => undefined).normal();
}

/** The training data as if they were a normal without any deviation. */
const training = {
  features: {
    label: Object.fromEntries(
      profile.features.label.categories.map((bin, i) => [
        bin,
        { ratio: profile.features.label.ratios[i], deviation: 0 },
      ]),
    ),
  },
};

const english = await classifyFiles('semeval-en/dev.tsv');
const second = await classifyFiles('umsab-en/dev.tsv');
const german = await classifyFiles('umsab-de/dev.tsv', 'umsab-de/train.tsv');
const hindi = await classifyFiles('umsab-hi/dev.tsv', 'umsab-hi/train.tsv');
const emoji = await classify(['😂😂😂', '❤️', '🔥🔥', '😭', '👍', '🙏🙏', '🎉', '💯', '😡', '💔']);
const negativeOf = (texts) => texts.filter(({ trueLabel }) => trueLabel === 'negative');
const music = english.filter(({ text }) => /music|album|song|concert|tour|band/i.test(text));

console.log(`${commit}: ${english.length} and ${second.length} English tweets\n`);
console.log(
  '| what changes | alert | 1 text/s | 10 texts/s | 100 texts/s |\n|---|---|---|---|---|',
);
const rows = [
  ...[0.02, 0.05, 0.2, 1].map((share) => ['German', english, german, share, 'foreign_language de']),
  ['romanised Hindi', english, hindi, 0.2, 'undetermined und'],
  ['emoji only', english, emoji, 0.05, 'undetermined und'],
  ...[0.25, 0.3, 0.5].map((share) => [
    ...['negative', english, negativeOf(english), share],
    'label_mix negative',
  ]),
  ...[0.25, 0.3].map((share) => [
    ...['negative (second set)', second, negativeOf(second), share],
    'label_mix negative',
  ]),
  ['German', english, german, 1, 'score'],
  ['German', english, german, 1, 'length'],
  ['about music', english, music, 1, 'label_mix negative'],
];
for (const [name, before, after, share, alert] of rows) {
  const cells = RATES.map((rate) =>
    textsUntil(alert, { before, after, share, rate, reference: 'rolling' }),
  );
  console.log(`| ${share * 100} % ${name} | ${alert} | ${cells.join(' | ')} |`);
}

console.log(
  '\nby reference, 10 texts/s: false alarms in 200,000 texts; texts until +25 % negatives',
);
const sets = [
  ['English', english],
  ['English, second set', second],
];
for (const [name, texts] of sets) {
  const after = negativeOf(texts);
  const change = { before: texts, after, share: 0.25, rate: 10 };
  const references = { training, rolling: 'rolling', pinned: pinnedOf(texts, 10) };
  for (const [reference, normal] of Object.entries(references)) {
    const alarms = falseAlarms(texts, 10, normal);
    const until = textsUntil('label_mix negative', { ...change, reference: normal });
    console.log(`| ${name} | ${reference} | ${JSON.stringify(alarms)} | ${until} |`);
  }
  const oneDay = { ...change, reference: 'rolling', warmUpSeconds: DAY_SECONDS + 3600 };
  console.log(name, 'after a day', textsUntil('label_mix negative', oneDay, DAY_RUNS));
  console.log(
    name,
    'index',
    textsUntil('label_index_training', { ...change, reference: training }),
  );
}

console.log('\nfalse alarms in 200,000 texts, by rate, rolling normal');
for (const [name, texts] of sets) {
  for (const rate of RATES) {
    console.log(name, rate, JSON.stringify(falseAlarms(texts, rate, 'rolling')));
  }
}
const withEmoji = [
  ...english,
  ...Array(Math.round(english.length / 190))
    .fill(emoji)
    .flat(),
];
console.log('with 5 % emoji from the start', JSON.stringify(falseAlarms(withEmoji, 10, 'rolling')));

console.log('\nalerts per day at 5 texts/s, where the share of negatives is replaced by up to:');
for (const [wander, swing] of [
  ...[0.02, 0.03, 0.05].map((sd) => [sd, 0]),
  ...[0.1, 0.2].map((amplitude) => [0, amplitude]),
]) {
  console.log({ wander, swing }, alertsOfDays(second, { wander, swing }));
}

console.log('\nstability index of whole data sets:');
for (const set of readdirSync(folder).filter((name) => !name.includes('.'))) {
  const texts = await classifyFiles(`${set}/dev.tsv`);
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
await close();
