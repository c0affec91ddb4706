// Records docs/pictures/drift.json, which the picture of drift is drawn from: a server with the pinned version and
// a Prometheus with the shipped rules receive English tweets, and then a share of German ones, as
// `npm run story` sends them.
//
//   npm run build && node bench/drift/record.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, launch, launchServer, MAIN, ROOT, waitUntilReady } from '../../tools/launch.mjs';
import { launchPrometheus } from '../../tools/prometheus.mjs';
import { temporaryFolder } from '../../tools/temporary.mjs';
import { PINNED, tagOf } from '../../tools/versions.mjs';

const [RATE, ENGLISH_SECONDS, MIXED_SECONDS, STEP_SECONDS] = [20, 90, 90, 5];
/** A Prometheus that evaluates its rules more rarely shows what a busy machine does, and not the rules. */
const MAX_GAP_SECONDS = 10;
/** One text in five is German. */
const MIX = 'en=4,de=1';
const RATIO = 'job_commit_feature_bin:classifier_observations:ratio1m{feature="language"}';
const ALERT = 'ALERTS{alertname="ClassifierForeignLanguage",alertstate="firing"}';

const folder = temporaryFolder();

async function send(url, mix, seconds) {
  const args = [
    '--url',
    url,
    '--mix',
    mix,
    '--rate',
    String(RATE),
    '--for',
    `${seconds}s`,
    '--json',
  ];
  await launch(process.execPath, [MAIN, 'simulate', ...args], { stdio: 'ignore' }).exited;
}

/** @returns each series of a query between two times, as `[labels, [[time, value], …]]`. */
async function queryRange(prometheus, query, start, end) {
  const parameters = new URLSearchParams({ query, start, end, step: STEP_SECONDS });
  const answer = await fetch(`${prometheus}/api/v1/query_range?${parameters}`);
  const { data } = await answer.json();
  return data.result.map(({ metric, values }) => [
    metric,
    values.map(([time, value]) => [time, Number(value)]),
  ]);
}

/** The shares of languages in the training data, by the version's profile. */
function trainingShares() {
  const path = join(ROOT, 'models/tweet-sentiment', PINNED, 'profile.json');
  const { categories, ratios } = JSON.parse(readFileSync(path, 'utf8')).features.language;
  return Object.fromEntries(
    categories.map((language, i) => [language, ratios[i]]).filter(([, share]) => share > 0),
  );
}

/** Four decimals. */
const round = (share) => Math.round(share * 10_000) / 10_000;

async function record() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = launchServer({ PORT: String(port), MODEL_COMMIT: PINNED });
  await waitUntilReady(url, server, { timeoutMs: 300_000 });
  const prometheus = await launchPrometheus(port, folder);
  const start = Date.now() / 1000;
  await send(url, 'en=1', ENGLISH_SECONDS);
  const isGerman = ({ event, language }) => event === 'prediction' && language === 'de';
  const firstGerman = server.eventually(isGerman);
  await send(url, MIX, MIXED_SECONDS);
  const end = Date.now() / 1000;
  const shares = await queryRange(prometheus, RATIO, start, end);
  const alerts = await queryRange(prometheus, ALERT, start, end);
  if (shares.length === 0) {
    const up = await queryRange(prometheus, 'up', start, end);
    throw new Error(`Prometheus has no shares; up: ${JSON.stringify(up)}`);
  }
  const training = trainingShares();
  const germanAt = Date.parse((await firstGerman).timestamp) / 1000;
  const relative = (points) =>
    points.map(([time, value]) => [Math.round(time - germanAt), round(value)]);
  const german = shares.find(([{ bin }]) => bin === 'de')[1];
  const gaps = german.slice(1).map(([time], i) => time - german[i][0]);
  if (Math.max(...gaps) > MAX_GAP_SECONDS) {
    throw new Error(`the machine is too busy: ${Math.max(...gaps)} s between two values`);
  }
  const ticket = alerts.find(
    ([{ language, severity }]) => language === 'de' && severity === 'ticket',
  );
  return {
    version: tagOf(PINNED),
    date: new Date().toISOString().slice(0, 10),
    textsPerSecond: RATE,
    germanShareSent: 1 / 5,
    training,
    german: relative(german),
    lastMinute: Object.fromEntries(
      shares
        .map(([{ bin }, points]) => [bin, round(points.at(-1)[1])])
        .filter(([, share]) => share > 0),
    ),
    // The condition of the alert: a point above the share of the training data.
    threshold: round(0.01 + (training.de ?? 0)),
    firing: Math.round(ticket[1][0][0] - germanAt),
  };
}

const json = JSON.stringify(await record(), undefined, 2);
// A point in a line.
const compact = json.replace(/\[\n\s+(-?[\d.]+),\n\s+(-?[\d.]+)\n\s+\]/g, '[$1, $2]');
writeFileSync(join(ROOT, 'docs/pictures/drift.json'), `${compact}\n`);
process.exit(0);
