// What the rules of deploy/prometheus cost a real Prometheus that has the series of many replicas: CPU time of
// each group, memory, series. The replicas are the metrics of a real server, with values that grow.
//
//   node bench/rules.mjs [--replicas 10] [--interval 5s] [--history 1h] [--live MINUTES] [--rules DIR] [--out FILE]
//
// With --live, Prometheus then scrapes the replicas and evaluates the rules for so long, as it does in production:
// for a machine that has nothing else to do. Requires prometheus. The report: node bench/scaling.mjs --report.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { freePort, launch, poll } from '../tools/launch.mjs';
import { prometheusConfig } from '../tools/prometheus.mjs';
import { temporaryFolder } from '../tools/temporary.mjs';
import { cpuSeconds, describeMachine, memoryMb } from './proc.mjs';
import { parseExposition } from './rules/exposition.mjs';
import { writeHistory, writeVector } from './rules/history.mjs';
import { startReplicas } from './rules/replicas.mjs';
import { startServer } from './server.mjs';
import { makeTexts } from './texts.mjs';

const TEXTS = 400;
const TEXTS_PER_REQUEST = 50;
/** For each rule: repeated until it has taken so much CPU time, or so often. */
const MIN_CPU_S = 0.05;
const MAX_REPEATS = 20;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 };
/** For the rules with windows of five minutes, all series have so much history. */
const SHORT_HISTORY_MS = 6 * 60_000;
/** Those of rules with longer windows. */
const LONG_WINDOWS =
  /^(http_requests_total|http_request_duration_seconds_count|http_request_duration_seconds_bucket\{.*le="0.25"|classifier_(observations|feedback|shadow_predictions)_total)/;

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { values: options } = parseArgs({
  options: {
    replicas: { type: 'string', default: '10' },
    interval: { type: 'string', default: '5s' },
    history: { type: 'string', default: '1h' },
    live: { type: 'string', default: '0' },
    rules: { type: 'string', default: path('../deploy/prometheus') },
    out: { type: 'string', default: path('../docs/measurements/scaling/rules.json') },
  },
});
const milliseconds = (text) => Number(text.slice(0, -1)) * UNIT_MS[text.at(-1)];

/** The metrics of a real server that has just classified some texts. */
async function realMetrics() {
  const server = await startServer({ WORKERS: '1' });
  const texts = makeTexts(TEXTS);
  for (let i = 0; i < TEXTS; i += TEXTS_PER_REQUEST) {
    const inputs = texts.slice(i, i + TEXTS_PER_REQUEST);
    const body = JSON.stringify({ inputs });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${server.url}/predict`, { method: 'POST', headers, body });
  }
  const answer = await fetch(`${server.url}/metrics`);
  const text = await answer.text();
  await server.stop();
  return text;
}

/**
 * A Prometheus with the rules of a folder. Until `scrape`, when it has the shipped configuration, it writes no
 * samples of its own, or it would refuse older ones.
 */
async function startPrometheus({ rules, interval }) {
  const folder = temporaryFolder();
  const address = `127.0.0.1:${await freePort()}`;
  const file = join(folder, 'prometheus.yml');
  const configure = (targets) => {
    const config = prometheusConfig({ targets, address });
    writeFileSync(file, config.replace(/(scrape_interval:) \S+/, `$1 ${interval}`));
  };
  writeFileSync(file, '');
  cpSync(rules, join(folder, 'deploy/prometheus'), { recursive: true });
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--web.enable-remote-write-receiver',
    '--log.level=error',
  ];
  const program = launch('prometheus', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const url = `http://${address}`;
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await poll(isReady))) {
    throw new Error('prometheus is not ready');
  }
  const query = async (expression, time = `${Date.now() / 1000}`) => {
    const body = new URLSearchParams({ query: expression, time });
    const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
    const { data, error } = await answer.json();
    if (error) {
      throw new Error(`${expression}: ${error}`);
    }
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  };
  return {
    ...{ url, query, pid: program.child.pid, stop: program.stop },
    scrape(targets) {
      configure(targets);
      program.child.kill('SIGHUP');
    },
  };
}

/** The groups of all files, those that record before the alerts, which read what they record. */
const groupsOf = (rules) =>
  readdirSync(rules)
    .filter((name) => name.endsWith('.yml'))
    .sort((a, b) => Number(a.startsWith('alerts')) - Number(b.startsWith('alerts')))
    .flatMap((name) => parse(readFileSync(join(rules, name), 'utf8')).groups);

/**
 * The CPU time of each rule, with nothing else to do: on a busy machine, the time of an evaluation says more
 * about the machine. What a rule records is written, for the rules after it.
 *
 * @returns seconds by group, those of the rules that take the most, and how many series were `recorded`.
 */
async function ruleCpu({ url, pid, query }, { rules, timeMs }) {
  const groups = {};
  const found = [];
  let recorded = 0;
  for (const group of groupsOf(rules)) {
    for (const { record, alert, expr } of group.rules) {
      const before = cpuSeconds(pid).total;
      let [times, vector] = [0, []];
      // The unit of CPU time is 10 ms.
      for (; times < MAX_REPEATS && cpuSeconds(pid).total - before < MIN_CPU_S; times++) {
        vector = await query(expr, `${timeMs / 1000}`);
      }
      const seconds = (cpuSeconds(pid).total - before) / times;
      groups[group.name] = (groups[group.name] ?? 0) + seconds;
      found.push({ group: group.name, rule: record ?? alert, seconds });
      if (record && vector.length > 0) {
        await writeVector(url, { name: record, vector, timeMs });
        recorded += vector.length;
      }
    }
  }
  found.sort((a, b) => b.seconds - a.seconds);
  return { groups, slowest: found.slice(0, 10), recorded };
}

/** What Prometheus reports of itself. */
async function measureLive({ query }, minutes) {
  const window = `${Math.max(1, minutes - 1)}m`;
  const one = async (expression) => (await query(expression))[0]?.value ?? null;
  const byGroup = async (expression) =>
    Object.fromEntries(
      (await query(expression)).map(({ metric, value }) => [
        metric.rule_group.split(';').at(-1),
        value,
      ]),
    );
  const duration = 'prometheus_rule_group_last_duration_seconds';
  return {
    minutes,
    up: await one('sum(up{job="tweet-sentiment"})'),
    samplesPerSecond: await one(`rate(prometheus_tsdb_head_samples_appended_total[${window}])`),
    cores: await one(`rate(process_cpu_seconds_total{job="prometheus"}[${window}])`),
    scrapeSeconds: await one(
      `quantile(0.5, avg_over_time(scrape_duration_seconds{job="tweet-sentiment"}[${window}]))`,
    ),
    scrapeSeconds99: await one(
      `quantile(0.99, max_over_time(scrape_duration_seconds{job="tweet-sentiment"}[${window}]))`,
    ),
    groups: {
      intervalSeconds: await byGroup('prometheus_rule_group_interval_seconds'),
      minSeconds: await byGroup(`min_over_time(${duration}[${window}])`),
      medianSeconds: await byGroup(`quantile_over_time(0.5, ${duration}[${window}])`),
      maxSeconds: await byGroup(`max_over_time(${duration}[${window}])`),
      missed: await byGroup(`increase(prometheus_rule_group_iterations_missed_total[${window}])`),
    },
    failures: await one('sum(prometheus_rule_evaluation_failures_total)'),
  };
}

/** Writes what replicas have counted, and what else they export, up to now. */
async function writeReplicas(url, { text, targets, startedAt, intervalMs, until }) {
  const all = parseExposition(text).filter(({ name }) => name);
  const isLong = ({ line }) => LONG_WINDOWS.test(line);
  const options = { targets, startedAt, until, intervalMs };
  const short = Math.max(startedAt, until - SHORT_HISTORY_MS);
  for (const [samples, from] of [
    [all.filter(isLong), startedAt],
    [all.filter((sample) => sample.grows && !isLong(sample)), short],
    [all.filter(({ grows }) => !grows), until - 2 * intervalMs],
  ]) {
    await writeHistory(url, { ...options, samples, from });
  }
}

/** @returns the measured values of one number of replicas. */
async function run({ replicas, interval, history, live, rules }) {
  const text = await realMetrics();
  const until = Date.now();
  const startedAt = until - milliseconds(history);
  const served = await startReplicas({ count: replicas, text, startedAt });
  const { targets } = served;
  const prometheus = await startPrometheus({ rules, interval });
  const intervalMs = milliseconds(interval);
  await writeReplicas(prometheus.url, { text, targets, startedAt, intervalMs, until });
  process.stderr.write(`${replicas} replicas: the history is written\n`);
  const { recorded, ...cpu } = await ruleCpu(prometheus, { rules, timeMs: until });
  const status = await (await fetch(`${prometheus.url}/api/v1/status/tsdb`)).json();
  const found = {
    ...{ replicas, interval, history, cpu, recorded },
    headSeries: status.data.headStats.numSeries,
    memoryBytes: memoryMb(prometheus.pid) * 1e6,
  };
  if (live > 0) {
    prometheus.scrape(targets);
    await sleep(live * UNIT_MS.m);
    found.live = await measureLive(prometheus, live);
  }
  await prometheus.stop();
  served.stop();
  return found;
}

const found = await run({
  ...options,
  replicas: Number(options.replicas),
  live: Number(options.live),
});
const file = options.out;
const earlier = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { runs: [] };
const runs = [...earlier.runs.filter(({ replicas }) => replicas !== found.replicas), found];
mkdirSync(dirname(file), { recursive: true });
const machine = { ...describeMachine(), cores: availableParallelism() };
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine,
  runs: runs.sort((a, b) => a.replicas - b.replicas),
};
writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
process.stdout.write(`${file}\n`);
