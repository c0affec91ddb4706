// The tables of docs/measurements/scaling.md, from docs/measurements/scaling and docs/measurements/performance.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { fixed, table } from '../tables.mjs';
import { ASSUMED, planOf, TWEETS_A_MINUTE } from './plan.mjs';

/** A block of the page is between `<!-- name -->` and `<!-- end -->`. */
const BLOCK = /( *)<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g;

/** @returns the page with all blocks written anew. */
export function fillBlocks(page, root) {
  const read = (path) => JSON.parse(readFileSync(join(root, 'docs/measurements', path), 'utf8'));
  const speed = read('performance/results.json');
  const { facts, check, model } = read('scaling/results.json');
  const rules = read('scaling/rules.json');
  const given = {
    speed,
    facts,
    check,
    model,
    rules,
    chartMib: memoryOfChart(root),
    ...intervalsOf(root),
  };
  return page.replace(BLOCK, (_, indent, name) =>
    [`<!-- ${name} -->`, BLOCKS[name](given), '<!-- end -->']
      .filter(Boolean)
      .join('\n')
      .replace(/^/gm, indent),
  );
}

/**
 * @returns `intervals`: how often each group of rules is evaluated, in seconds: by itself, or by prometheus.yml;
 * `ofPrometheus`: the groups of the latter.
 */
function intervalsOf(root) {
  const folder = join(root, 'deploy/prometheus');
  const read = (path) => parse(readFileSync(path, 'utf8'));
  const { evaluation_interval: otherwise } = read(join(root, 'prometheus.yml')).global;
  const seconds = (text) => Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1);
  const groups = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .flatMap((name) => read(join(folder, name)).groups);
  return {
    intervals: Object.fromEntries(
      groups.map(({ name, interval }) => [name, seconds(interval ?? otherwise)]),
    ),
    ofPrometheus: groups.filter(({ interval }) => !interval).map(({ name }) => name),
  };
}

/** The memory of a pod in MiB, as a function of its workers. */
function memoryOfChart(root) {
  const template = readFileSync(
    join(root, 'deploy/helm/tweet-sentiment/templates/_helpers.tpl'),
    'utf8',
  );
  const [, base, perWorker] = /printf "%dMi" \(add (\d+) \(mul (\d+) /.exec(template);
  return (workers) => Number(base) + Number(perWorker) * workers;
}

const percent = (share, digits = 0) => `${fixed(share * 100, digits)} %`;
const gigabytes = (bytes, digits = 0) => `${fixed(bytes / 1e9, digits)} GB`;
const describe = ({ cpu, cores, memoryGb }) => `${cpu}, ${cores} cores, ${fixed(memoryGb)} GB`;

const BLOCKS = {
  machine: ({ speed, facts, rules }) =>
    `Speed and memory: ${describe(speed.machine)} ([performance.md](performance.md), ${speed.date}). The other measurements:
${describe(rules.machine)}, which other programs used too (${[...new Set([rules.date, facts.date])].join(', ')}).`,

  plan: (given) => {
    const plans = TWEETS_A_MINUTE.map((rate) => planOf(rate, given));
    const row = (name, of) => [name, ...plans.map(of)];
    return table(
      ['tweets a minute', ...TWEETS_A_MINUTE.map((rate) => fixed(rate))],
      [
        row('texts a second', ({ rate }) => fixed(rate, rate < 100 ? 1 : 0)),
        row('cores that they need', ({ needed }) => fixed(needed, needed < 10 ? 1 : 0)),
        row(`replicas of ${ASSUMED.workers} workers`, ({ replicas }) => fixed(replicas)),
        row('cores', ({ cores }) => fixed(cores)),
        row('memory', ({ memoryGb }) => `${fixed(memoryGb, memoryGb < 10 ? 1 : 0)} GB`),
        row('money a month', ({ money }) => fixed(money)),
        row('money for a million tweets', ({ moneyOfMillion }) => fixed(moneyOfMillion, 2)),
        row('series in Prometheus', ({ series }) => fixed(series)),
        row('log a day', ({ logBytesADay }) =>
          gigabytes(logBytesADay, logBytesADay < 1e10 ? 1 : 0),
        ),
        row('from the store at a rollout', ({ fetchBytes }) => gigabytes(fetchBytes, 2)),
        row('requests to the store', ({ fetchRequests }) => fixed(fetchRequests)),
      ],
    );
  },

  formula: (given) => {
    const [{ cpuSeconds }] = TWEETS_A_MINUTE.map((rate) => planOf(rate, given));
    const { coreHour, gigabyteHour, hoursOfMonth, spareReplicas, minReplicas } = ASSUMED;
    return `- cores = texts a second × ${fixed(cpuSeconds * 1000, 2)} ms of CPU time ÷ ${fixed(ASSUMED.utilization, 1)} (how much of them is used)
- replicas = cores ÷ ${ASSUMED.workers} + ${spareReplicas} spare, at least ${minReplicas}; memory = replicas × ${fixed(given.chartMib(ASSUMED.workers))} MiB,
  what the [chart](../../deploy/helm/tweet-sentiment/README.md) requests: room for a second version
- money = (cores × ${coreHour} + GB × ${gigabyteHour}) × ${hoursOfMonth} hours. **The prices are assumptions**, of no provider: put yours in.`;
  },

  comparison: ({ model }) =>
    table(
      ['docs/measurements/performance', 'texts/s', 'model', 'p50 ms', 'model', 'p99 ms', 'model'],
      model.comparison.map(({ name, real, model: said }) => [
        name,
        ...['rate', 'p50', 'p99'].flatMap((key) => {
          const digits = key === 'rate' ? 0 : 1;
          const error = said[key] / real[key] - 1;
          const sign = Math.abs(error) < 0.005 ? '±' : error < 0 ? '−' : '+';
          return [
            fixed(real[key], digits),
            `${fixed(said[key], digits)} (${sign}${percent(Math.abs(error))})`,
          ];
        }),
      ]),
    ),

  check: ({ check }) =>
    check
      ? `${table(
          ['real servers', 'texts/s', 'model', 'p50 ms', 'model', 'p99 ms', 'model'],
          check.points.map(({ name, real, model }) => [
            name,
            ...['rate', 'p50', 'p99'].flatMap((key) => [fixed(real[key], 1), fixed(model[key], 1)]),
          ]),
        )}

Medians of ${check.rounds} rounds on ${describe(check.machine)}, ${check.date}.`
      : '',

  latency: ({ model }) =>
    table(
      ['workers', 'texts/s at most', ...model.latency[0].loads.map(({ load }) => percent(load))],
      model.latency.map(({ workers, capacity, loads }) => [
        workers,
        fixed(capacity),
        ...loads.map(({ p50, p99 }) => `${fixed(p50)} · ${fixed(p99)}`),
      ]),
    ),

  connections: ({ model, facts }) => {
    const { replicas, load, pinned, byRequestP99 } = model.connections;
    const { connections, requests, share } = facts.newReplica;
    const cells = ({ largest, overloaded, p99 }) => [
      `${fixed(largest, 1)} ×`,
      fixed(overloaded, 1),
      `${fixed(p99)} ms`,
    ];
    return `${table(
      [
        'connections a replica',
        ...['most at one replica', 'replicas with too many', 'p99'],
        ...['after a rollout: most', 'with too many', 'p99'],
      ],
      pinned.map(({ perReplica, before, after }) => [
        perReplica,
        ...cells(before),
        ...cells(after),
      ]),
    )}

Model: ${replicas} replicas at ${percent(load)} of their capacity for ten seconds. With every request at a random replica, p99 is
${fixed(byRequestP99)} ms. Measured: a client with ${connections} kept connections sent ${requests} requests after a second replica was
ready behind the same Service; ${percent(share)} of them reached it.`;
  },

  cache: ({ model, facts: { caches } }) =>
    `${table(
      ['replicas', ...model.cache.found.map(({ replicas }) => fixed(replicas))],
      [
        ['a text at any replica', ...model.cache.found.map(({ random }) => percent(random, 1))],
        [
          'a text always at the same one',
          ...model.cache.found.map(({ byText }) => percent(byText, 1)),
        ],
      ],
    )}

Model: the share of texts that a cache has, of the second half of ${fixed(model.cache.texts)} texts of which half are repeats of any
earlier one; ${fixed(model.cache.entries)} entries a replica (\`CACHE_SIZE\`). Measured: of ${fixed(caches.texts)} such texts, at random to two servers,
${percent(caches.real, 1)} were in a cache; the model says ${percent(caches.model, 1)}.`,

  rises: ({ model }) =>
    table(
      [
        'traffic rises to',
        'a new replica answers after',
        'until all are answered in time',
        'refused meanwhile',
      ],
      model.rises.map(({ factor, startS, seconds, refused }) => [
        `${fixed(factor, 1)} ×`,
        `${startS} s`,
        seconds === 0 ? 'at once' : `${seconds} s`,
        percent(refused),
      ]),
    ),

  rules: ({ rules, intervals }) => {
    const row = (name, of) => [name, ...rules.runs.map(of)];
    const groups = ['http', 'drift-5m', 'http-long', 'drift-1h'];
    const others = ({ cpu }) =>
      Object.entries(cpu.groups)
        .filter(([name]) => !groups.includes(name))
        .reduce((sum, [, seconds]) => sum + seconds, 0);
    return table(
      ['replicas', ...rules.runs.map(({ replicas }) => fixed(replicas))],
      [
        row('series, with those of the rules', ({ headSeries }) => fixed(headSeries)),
        row('of them recorded by rules', ({ recorded }) => fixed(recorded)),
        row('memory of Prometheus with these samples', ({ memoryBytes }) =>
          gigabytes(memoryBytes, 1),
        ),
        row('time between samples', ({ interval }) => interval.replace('s', ' s')),
        ...groups.map((name) =>
          row(
            `CPU time of \`${name}\`, every ${fixed(intervals[name])} s`,
            ({ cpu }) => `${fixed(cpu.groups[name], 2)} s`,
          ),
        ),
        row('of all other groups', (each) => `${fixed(others(each), 2)} s`),
      ],
    );
  },

  dropped: ({ facts }) => {
    const { series, bucketsOfGet } = facts.output;
    return `leaves ${fixed(series - bucketsOfGet)} of the ${fixed(series)} series: all that the alerts and the console read.`;
  },

  seldom: ({ rules, intervals, ofPrometheus }) => {
    const { replicas, cpu } = rules.runs.at(-1);
    const work = Object.entries(cpu.groups).map(([name, seconds]) => [
      name,
      seconds / intervals[name],
    ]);
    const sum = (of) => of.reduce((total, [, each]) => total + each, 0);
    const share = sum(work.filter(([name]) => ofPrometheus.includes(name))) / sum(work);
    return `A third of the samples. ${ofPrometheus.map((name) => `\`${name}\``).join(', ')}, which take
${percent(share)} of the CPU time of all rules at ${replicas} replicas, are evaluated a third as often; the other groups have an
\`interval\` of their own, and are evaluated as often as before.`;
  },

  limits: ({ rules, facts, intervals }) => {
    const { replicas, interval, cpu } = rules.runs.at(-1);
    const [name, share] = Object.entries(cpu.groups)
      .map(([group, seconds]) => [group, seconds / intervals[group]])
      .sort(([, a], [, b]) => b - a)[0];
    const { series, scrapeBytes, scrapeMs } = facts.output;
    return `A replica has ${fixed(series)} series; a scrape is ${fixed(scrapeBytes / 1000)} kB before compression, and takes ${fixed(scrapeMs)} ms or more. With samples every
${interval.replace('s', ' s')}, the group that is nearest to its limit is \`${name}\`: its rules take ${percent(share)} of its interval at ${replicas} replicas, so that
it is late from about ${fixed(Math.floor(replicas / share / 10) * 10)} replicas on (they are evaluated one after the other, by one core). This assumes
that the time grows in proportion: a thousand replicas were not measured.`;
  },
};
