// Results of a run → a report in Markdown, and charts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from './charts.mjs';
import { evaluate, findLimit, medianOver, NAMES } from './criteria.mjs';
import { fitLine, median } from './stats.mjs';
import { fixed, table } from './tables.mjs';

/** @returns the two numbers by which a change is compared, and those that they are computed from. */
export function describeQuick({ rounds }) {
  const limit = findLimit(rounds);
  const medianOf = medianOver(rounds);
  const name = NAMES.server(32);
  const ratio = (round) => round[name].rate / round[limit].rate;
  const overhead = (round) => round[name].cpuUs.total - round[limit].cpuUs.total;
  const perRound = (of, digits) => rounds.map((round) => fixed(of(round), digits)).join(', ');
  const cpu = (group) => fixed(medianOf((round) => round[name].cpuUs[group]));
  return `${fixed(medianOf(ratio), 3)}  of the raw runtime, single texts at 32 connections; rounds: ${perRound(ratio, 3)}
       ${perRound((round) => round[name].rate)} of ${perRound((round) => round[limit].rate)} texts/s (${limit})
${fixed(medianOf(overhead)).padStart(5)}  µs of CPU time a request more than the raw runtime takes for a text; rounds: ${perRound(overhead)}
       ${cpu('total')} (main thread ${cpu('main')}, workers ${cpu('workers')}) − ${fixed(medianOf((round) => round[limit].cpuUs.total))}
`;
}

/** Writes `performance.md`, and the charts into `performance/`. */
export function writeReport(results, out) {
  for (const [name, chart] of Object.entries(charts(results))) {
    writeFileSync(join(out, 'performance', name), chart);
  }
  const sections = [introduction, criteria, closedLoops, constantRate, footprint, lengths];
  const page = sections.map((section) => section(results)).join('\n\n');
  writeFileSync(join(out, 'performance.md'), `${page}\n`);
}

/** @param results of a run, or of the measurement of memory, which may be from another machine. */
function describeSetup({ machine, versions, nonSaturatingInt8 }) {
  const int8 = nonSaturatingInt8
    ? '; its fast int8 products saturate with the weights of this version, so all servers use slower, non-saturating ones'
    : '';
  return `- Machine: ${machine.cpu}, ${machine.cores} cores, ${fixed(machine.memoryGb)} GB, ${machine.system}. Int8: ${machine.int8}${int8}.
- Server ${versions.server} (${versions.commit}), Node ${versions.node}, onnxruntime-node ${versions.onnxruntime}, model \`${versions.model}\`.`;
}

function introduction(results) {
  return `# Performance

Written by \`npm run bench\` on ${results.date}. All numbers: [results.json](performance/results.json).

${describeSetup(results)}
- Generated texts of ${fixed(results.meanTokens, 1)} tokens on average, all different unless stated.
- Client and server share the cores. The values are medians of ${results.rounds.length} interleaved rounds, ${results.seconds} s for each measurement,
  after ${results.warmUp} s of load on each server. Ratios are computed within a round.
- Raw runtime: ONNX Runtime in worker threads, one for each core, with prepared batches of texts of
  similar length. No server, no tokenizer.`;
}

function criteria(results) {
  const rows = evaluate(results).map(([what, value, sign, limit, unit = '', digits = 2]) => {
    const target = `${sign} ${fixed(limit, digits)} ${unit}`.trim();
    if (value === undefined) {
      return [what, 'not measured', target, ''];
    }
    const found = Number.isFinite(value) ? `${fixed(value, digits)} ${unit}`.trim() : 'never';
    return [
      what,
      found,
      target,
      (sign === '≥' ? value >= limit : value <= limit) ? 'yes' : '**no**',
    ];
  });
  return `## Criteria\n\n${table(['criterion', 'measured', 'target', 'met'], rows)}`;
}

function closedLoops({ rounds }) {
  const medianOf = medianOver(rounds);
  const limit = findLimit(rounds);
  const share = (name) =>
    fixed(
      medianOf((round) => round[name].rate / round[limit].rate),
      2,
    );
  const rows = Object.keys(rounds[0]).map((name) => {
    const of = (key) => medianOf((round) => round[name][key]);
    return [
      name,
      fixed(of('rate')),
      share(name),
      fixed(of('p50'), 1),
      fixed(of('p99'), 1),
      fixed(medianOf((round) => round[name].cpuUs.total)),
      fixed(Math.max(...rounds.map((round) => round[name].errors))),
    ];
  });
  const server = NAMES.server(32);
  const overhead = medianOf((round) => round[server].cpuUs.total - round[limit].cpuUs.total);
  return `## Throughput

![Texts a second at 32 connections](performance/throughput.svg)

${table(['closed loop', 'texts/s', 'share of raw', 'p50 ms', 'p99 ms', 'CPU µs/text', 'errors'], rows)}

- CPU time is that of the server’s threads or processes, without the client (\`wrk\`, one thread). At 32
  connections a request takes ${fixed(overhead)} µs more than the raw runtime takes for a text; the main thread takes
  ${fixed(medianOf((round) => round[server].cpuUs.main))} µs of a request.
- \`LOG_LEVEL=warn\`: the server without a log line for each prediction.
- Half are repeats: each text is new or, with probability 1/2, one of those before it, each equally likely
  (Simon’s process, which leads to a Zipf law). All are repeats: 300 texts, all sent before. 32 connections.
- Peers are other servers with the same model: [bench/peers](../../bench/peers/README.md).`;
}

function constantRate({ rounds, steady, overload }) {
  const medianOf = medianOver(steady);
  const accepted = (key) => (each) => each.statuses[200][key];
  const row = (name, of) => [
    name,
    fixed(of((each) => each.rate)),
    fixed(of(accepted('rate'))),
    fixed(of(accepted('p50')), 1),
    fixed(of(accepted('p99')), 1),
    fixed(of((each) => each.statuses[429]?.rate ?? 0)),
    fixed(of((each) => each.cpu * 100)),
  ];
  const delayMs = fixed(
    medianOf(({ lag99 }) => lag99),
    1,
  );
  const singleMs = medianOver(rounds)((round) => round[NAMES.single].p50);
  return `## Constant rate

${table(
  ['share of the maximum', 'sent/s', '200/s', 'p50 ms', 'p99 ms', '429/s', 'client, % of a core'],
  [row('70 %', medianOf), row('300 %', (of) => of(overload))],
)}

Open loop: requests are sent at a constant rate, independent of the answers. Latency is measured from the time
at which a request was due; the client sends it up to ${delayMs} ms later (p99). A single text takes
${fixed(singleMs, 2)} ms in the raw runtime. Recovery ends with the first of ten probes in succession that are
answered with 200 within four times that.`;
}

function footprint({ startupMs, rest, memoryMb, peersMb }) {
  const starts = startupMs.map((ms) => fixed(ms)).join(', ');
  return `## Start, memory, idle CPU

${table(
  ['', ''],
  [
    [
      'from the start of the process to 200 on `/readyz`',
      `${fixed(median(startupMs))} ms (${starts})`,
    ],
    ['resident memory 10 s after that', `${fixed(rest.memoryMb)} MB`],
    ['resident memory after the load above', `${fixed(memoryMb)} MB`],
    ['CPU without requests', `${fixed(rest.cpu * 100, 1)} % of a core`],
    ...Object.entries(peersMb).map(([name, mb]) => [
      `memory after the load, ${name}`,
      `${fixed(mb)} MB`,
    ]),
  ],
)}`;
}

function lengths({ lengths: found, soak }) {
  const line = (key) => {
    const { slope, intercept, r2 } = fitLine(found.map((each) => [each.tokens, each[key]]));
    return `${fixed(intercept, 2)} ms + ${fixed(slope * 1000, 1)} µs a token (R² ${fixed(r2, 4)})`;
  };
  return `## Length of texts, number of predictions

![Time by tokens](performance/length.svg)

${table(
  ['tokens', 'raw runtime, ms', 'this server, 1 connection, p50 ms'],
  found.map(({ tokens, rawMs, serverMs }) => [tokens, fixed(rawMs, 2), fixed(serverMs, 2)]),
)}

Raw runtime: ${line('rawMs')}. This server: ${line('serverMs')}.${
    soak
      ? '\n\n![Memory by number of predictions](performance/memory.svg)\n\n' +
        `Memory by number of predictions, of different texts of about ten tokens, measured on ${soak.date}:\n\n${describeSetup(soak)}`
      : ''
  }`;
}

/** @returns the charts by file name. */
function charts({ rounds, peersMb, lengths, soak }) {
  const medianOf = medianOver(rounds);
  const limit = findLimit(rounds);
  const rate = (name) => medianOf((round) => round[name].rate);
  const points = (key) => lengths.map((each) => [each.tokens, each[key]]);
  return {
    'throughput.svg': barChart('Single texts a second, 32 connections', [
      [limit, rate(limit)],
      ['this server', rate(NAMES.server(32))],
      ...Object.keys(peersMb).map((name) => [name, rate(NAMES.peer(name, 32))]),
    ]),
    'length.svg': lineChart('Milliseconds for a single text', 'tokens', [
      ['this server', points('serverMs')],
      ['raw runtime', points('rawMs')],
    ]),
    ...(soak && {
      'memory.svg': lineChart('Resident memory, MB', 'predictions', [
        ['this server', soak.samples.map((each) => [each.predictions, each.memoryMb])],
      ]),
    }),
  };
}
