// What the topic sketch costs, and how soon it tells that texts are about something else: labelled tweets are
// classified once, as the server does it, and then drawn at random as traffic.
//
//   node bench/topic.mjs <folder of data sets> [--commit <sha>]     prints the tables of
//                                                                   docs/decisions/0019-topic-sketch.md
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  addOutput,
  classifyAll,
  createPlanes,
  createRandom,
  DRIFT_POLICY,
  findHead,
  openClassifier,
  project,
  stabilityIndex,
} from '#dist/toolkit.js';

const MODELS = new URL('../models/tweet-sentiment/', import.meta.url).pathname;
const TEXTS = 12_000;
const RATE = 10;
const STEP_SECONDS = 15;
const WINDOW_STEPS = 300 / STEP_SECONDS;
const HOLD_STEPS = 120 / STEP_SECONDS;
const SILENT_TEXTS = 2_000_000;
const RUNS = 21;
const TOPICS = {
  music: /\b(songs?|albums?|concert|lyrics|singer|music|band|itunes|spotify|tour|remix)\b/i,
  football: /\b(football|nfl|goal|touchdown|quarterback|soccer|premier league|striker|fc)\b/i,
  politics: /\b(president|senate|congress|election|republicans?|democrats|vote|gop|minister)\b/i,
  phones: /\b(iphone|android|apple|samsung|galaxy|ipad|ios|nokia|smartphone|microsoft|app)\b/i,
  weather: /\b(weather|rain|snow|storm|hurricane|sunny|forecast|temperature|degrees|cold)\b/i,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commit: { type: 'string' } },
});
const [folder] = positionals;
const commit = values.commit ?? readFileSync(join(MODELS, 'PINNED'), 'utf8').trim();
const read = (path) => readFileSync(join(MODELS, commit, path));
const files = ['model.onnx', 'tokenizer.json', 'config.json', 'golden.json'];
const classifier = await openClassifier(new Map(files.map((path) => [path, read(path)])));

async function topicsOf(...paths) {
  const texts = paths.flatMap((path) =>
    readFileSync(join(folder, path), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.slice(line.indexOf('\t') + 1)),
  );
  const some = texts.filter((_, i) => i % Math.ceil(texts.length / TEXTS) === 0);
  const found = await classifyAll(classifier, some, () => undefined);
  return some.map((text, i) => ({ text, topic: found[i].topic }));
}

const sharesOf = (counts) => {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.map((n) => n / total);
};
const countsOf = (texts) => {
  const counts = new Array(32).fill(0);
  for (const { topic } of texts) {
    counts[topic]++;
  }
  return counts;
};

/** The rule of ClassifierTopicDrift over windows of five minutes. @returns seconds until it fires. */
function* evaluate(normal, draw) {
  const steps = [];
  const window = new Array(32).fill(0);
  let held = 0;
  for (let seconds = STEP_SECONDS; ; seconds += STEP_SECONDS) {
    const counts = countsOf(Array.from({ length: RATE * STEP_SECONDS }, () => draw(seconds)));
    steps.push(counts);
    counts.forEach((n, i) => {
      window[i] +=
        n - (steps.length > WINDOW_STEPS ? steps[steps.length - 1 - WINDOW_STEPS][i] : 0);
    });
    const observed = sharesOf(window).map((share, i) => ({
      observed: share,
      reference: normal[i],
    }));
    const isFull = steps.length >= WINDOW_STEPS;
    held = isFull && stabilityIndex(observed) > DRIFT_POLICY.topic.maxIndex ? held + 1 : 0;
    yield { seconds, fires: held > HOLD_STEPS };
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function secondsUntilAlarm(normal, before, after, share, seed) {
  const { next: random } = createRandom(seed);
  const pick = (texts) => texts[Math.floor(random() * texts.length)];
  const draw = (seconds) => pick(seconds > 300 && random() < share ? after : before);
  for (const { seconds, fires } of evaluate(normal, draw)) {
    if (fires || seconds > 1_500) {
      return fires ? seconds - 300 : Number.POSITIVE_INFINITY;
    }
  }
}

function falseAlarms(normal, texts) {
  const { next: random } = createRandom(7);
  let alarms = 0;
  let fired = false;
  for (const { seconds, fires } of evaluate(
    normal,
    () => texts[Math.floor(random() * texts.length)],
  )) {
    alarms += fires && !fired ? 1 : 0;
    fired = fires;
    if (seconds * RATE >= SILENT_TEXTS) {
      return alarms;
    }
  }
}

/** Medians over runs of one text, each with and without the further output, interleaved. */
async function cost() {
  const model = read('model.onnx');
  const head = findHead(model, classifier.labels.length);
  const planes = createPlanes(head);
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
  const plain = await InferenceSession.create(model, options);
  const extended = await InferenceSession.create(addOutput(model, head.hidden), options);
  const ids = BigInt64Array.from({ length: 30 }, (_, i) => BigInt(1000 + i));
  const feeds = {
    input_ids: new Tensor('int64', ids, [1, 30]),
    attention_mask: new Tensor('int64', new BigInt64Array(30).fill(1n), [1, 30]),
  };
  const times = { plain: [], extended: [], project: [] };
  for (let i = 0; i < 1_000; i++) {
    const start = performance.now();
    await plain.run(feeds);
    const between = performance.now();
    const outputs = await extended.run(feeds);
    const ran = performance.now();
    project(outputs[head.hidden].data, planes);
    times.plain.push(between - start);
    times.extended.push(ran - between);
    times.project.push(performance.now() - ran);
  }
  for (const [name, ms] of Object.entries(times)) {
    console.log(`${name}: ${(median(ms) * 1000).toFixed(1)} µs`);
  }
  await Promise.all([plain.release(), extended.release()]);
}

await cost();
const sets = [
  ['semeval-en', await topicsOf('semeval-en/train.tsv', 'semeval-en/dev.tsv')],
  ['umsab-en', await topicsOf('umsab-en/dev.tsv')],
];
const [[, english]] = sets;
for (const [name, texts] of sets) {
  const normal = sharesOf(countsOf(texts));
  console.log(
    `\n${name}: ${texts.length} texts; false alarms in ${SILENT_TEXTS}: ${falseAlarms(normal, texts)}`,
  );
  for (const [topic, pattern] of Object.entries(TOPICS)) {
    const about = english.filter(({ text }) => pattern.test(text));
    const cells = [1, 0.5].map((share) =>
      median(
        Array.from({ length: RUNS }, (_, run) =>
          secondsUntilAlarm(normal, texts, about, share, run),
        ),
      ),
    );
    console.log(`| ${topic} (${about.length}) | ${cells.join(' s | ')} s |`);
  }
}
await classifier.close();
