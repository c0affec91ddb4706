// From the numbers of a run to a page: Markdown, and charts beside it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from './charts.mjs';
import { judge, limitOf, NAMES, overRounds } from './criteria.mjs';
import { fitLine, median } from './stats.mjs';

function fixed(value, digits = 0) {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number.isFinite(value) ? value.toLocaleString('en-US', format) : '';
}

function table(header, rows) {
  const rule = header.map((_, i) => (i === 0 ? '---' : '--:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @returns the two ratios that a change is judged by, and what they are made of. */
export function describeQuick({ rounds }) {
  const limit = limitOf(rounds);
  const middle = overRounds(rounds);
  const name = NAMES.server(32);
  const ratio = (round) => round[name].rate / round[limit].rate;
  const overhead = (round) => round[name].cpuUs.total - round[limit].cpuUs.total;
  const all = (of, digits) => rounds.map((round) => fixed(of(round), digits)).join(', ');
  const cpu = (group) => fixed(middle((round) => round[name].cpuUs[group]));
  return `${fixed(middle(ratio), 3)}  of the raw runtime, single texts at 32 connections; rounds: ${all(ratio, 3)}
       ${all((round) => round[name].rate)} of ${all((round) => round[limit].rate)} texts/s (${limit})
${fixed(middle(overhead)).padStart(5)}  µs of CPU a request beyond the raw cost of a text; rounds: ${all(overhead)}
       ${cpu('total')} (main thread ${cpu('main')}, workers ${cpu('workers')}) − ${fixed(middle((round) => round[limit].cpuUs.total))}
`;
}

/** Writes `performance.md`, and the charts into `performance/`. */
export function writeReport(results, out) {
  for (const [name, chart] of Object.entries(charts(results))) {
    writeFileSync(join(out, 'performance', name), chart);
  }
  const sections = [head, ratios, closedLoops, constantRate, footprint, lengths];
  const page = sections.map((section) => section(results)).join('\n\n');
  writeFileSync(join(out, 'performance.md'), `${page}\n`);
}

/** @param results of a run, or of a long one for memory. */
function measuredOn({ machine, versions, nonSaturatingInt8 }) {
  const exact = nonSaturatingInt8
    ? '; weights of this version overflow in its fast int8 products, so all servers here use exact, slower ones'
    : '';
  return `- Machine: ${machine.cpu}, ${machine.cores} cores, ${fixed(machine.memoryGb)} GB, ${machine.system}. Int8: ${machine.int8}${exact}.
- Server ${versions.server} (${versions.commit}), Node ${versions.node}, onnxruntime-node ${versions.onnxruntime}, model \`${versions.model}\`.`;
}

function head(results) {
  return `# Performance

Written by \`npm run bench\` on ${results.date}. All numbers: [results.json](performance/results.json).

${measuredOn(results)}
- Made-up texts of ${fixed(results.meanTokens, 1)} tokens on average, all different where nothing else is said.
- Client and server share the cores. Medians of ${results.rounds.length} interleaved rounds, ${results.seconds} s for each measurement,
  after ${results.warmUp} s of load on each server. Ratios are taken within a round.
- Raw runtime: ONNX Runtime in worker threads, one for each core, fed with ready-made batches of texts of
  like length. No server, no tokenizer.`;
}

function ratios(results) {
  const rows = judge(results).map(([what, value, sign, bound, unit = '', digits = 2]) => {
    const wanted = `${sign} ${fixed(bound, digits)} ${unit}`.trim();
    if (value === undefined) {
      return [what, 'not measured', wanted, ''];
    }
    const found = Number.isFinite(value) ? `${fixed(value, digits)} ${unit}`.trim() : 'never';
    return [
      what,
      found,
      wanted,
      (sign === '≥' ? value >= bound : value <= bound) ? 'yes' : '**no**',
    ];
  });
  return `## Ratios\n\n${table(['what', 'measured', 'wanted', 'met'], rows)}`;
}

function closedLoops({ rounds }) {
  const middle = overRounds(rounds);
  const limit = limitOf(rounds);
  const share = (name) =>
    fixed(
      middle((round) => round[name].rate / round[limit].rate),
      2,
    );
  const rows = Object.keys(rounds[0]).map((name) => {
    const of = (key) => middle((round) => round[name][key]);
    return [
      name,
      fixed(of('rate')),
      share(name),
      fixed(of('p50'), 1),
      fixed(of('p99'), 1),
      fixed(middle((round) => round[name].cpuUs.total)),
      fixed(Math.max(...rounds.map((round) => round[name].errors))),
    ];
  });
  const server = NAMES.server(32);
  const overhead = middle((round) => round[server].cpuUs.total - round[limit].cpuUs.total);
  return `## Throughput

![Texts a second at 32 connections](performance/throughput.svg)

${table(['closed loop', 'texts/s', 'of raw', 'p50 ms', 'p99 ms', 'CPU µs/text', 'errors'], rows)}

- CPU is that of the server’s threads or processes, without the client, which is \`wrk\` with one thread. At 32
  connections a request takes ${fixed(overhead)} µs of CPU beyond the raw cost of a text; the main thread’s part of
  a request is ${fixed(middle((round) => round[server].cpuUs.main))} µs.
- \`LOG_LEVEL=warn\`: the same server without a line in the log for each prediction.
- Half are repeats: each text is new or, as likely, one of those before it, drawn with equal chances (Simon’s
  process, which gives a Zipf law). All are repeats: 300 texts in turn, all asked before. Both at 32 connections.
- Peers, where they were measured: [bench/peers](../bench/peers/README.md) says how they run.`;
}

function constantRate({ rounds, steady, overload }) {
  const middle = overRounds(steady);
  const good = (key) => (each) => each.statuses[200][key];
  const row = (name, of) => [
    name,
    fixed(of((each) => each.rate)),
    fixed(of(good('rate'))),
    fixed(of(good('p50')), 1),
    fixed(of(good('p99')), 1),
    fixed(of((each) => each.statuses[429]?.rate ?? 0)),
    fixed(of((each) => each.cpu * 100)),
  ];
  const late = fixed(
    middle(({ lag99 }) => lag99),
    1,
  );
  const lone = overRounds(rounds)((round) => round[NAMES.lone].p50);
  return `## Constant rate

${table(
  ['of the maximum', 'sent/s', '200/s', 'p50 ms', 'p99 ms', '429/s', 'client, % of a core'],
  [row('70 %', middle), row('300 %', (of) => of(overload))],
)}

Open loop: requests leave at a constant rate whatever the answers. Latency counts from the moment when one
was due; the client is late by up to ${late} ms (p99). A lone text takes ${fixed(lone, 2)} ms in the raw runtime.
“Back to normal”: the first of ten probes in a row that are answered with 200 within four times that.`;
}

function footprint({ startupMs, rest, memoryMb, peersMb }) {
  const starts = startupMs.map((ms) => fixed(ms)).join(', ');
  return `## Start, memory and rest

${table(
  ['', ''],
  [
    ['start of the process to 200 on `/readyz`', `${fixed(median(startupMs))} ms (${starts})`],
    ['resident memory 10 s after that', `${fixed(rest.memoryMb)} MB`],
    ['resident memory after the load above', `${fixed(memoryMb)} MB`],
    ['CPU at rest', `${fixed(rest.cpu * 100, 1)} % of a core`],
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
  return `## Growth

![Time by tokens](performance/length.svg)

${table(
  ['tokens', 'raw runtime, ms', 'this server, 1 connection, p50 ms'],
  found.map(({ tokens, rawMs, serverMs }) => [tokens, fixed(rawMs, 2), fixed(serverMs, 2)]),
)}

Raw runtime: ${line('rawMs')}. This server: ${line('serverMs')}.${
    soak
      ? '\n\n![Memory over predictions](performance/memory.svg)\n\n' +
        `Memory over predictions, of different texts of about ten tokens, on ${soak.date}:\n\n${measuredOn(soak)}`
      : ''
  }`;
}

/** By file name. */
function charts({ rounds, peersMb, lengths, soak }) {
  const middle = overRounds(rounds);
  const limit = limitOf(rounds);
  const rate = (name) => middle((round) => round[name].rate);
  const lone = (key) => lengths.map((each) => [each.tokens, each[key]]);
  return {
    'throughput.svg': barChart('Single texts a second, 32 connections', [
      [limit, rate(limit)],
      ['this server', rate(NAMES.server(32))],
      ...Object.keys(peersMb).map((name) => [name, rate(NAMES.peer(name, 32))]),
    ]),
    'length.svg': lineChart('Milliseconds of a lone text', 'tokens', [
      ['this server', lone('serverMs')],
      ['raw runtime', lone('rawMs')],
    ]),
    ...(soak && {
      'memory.svg': lineChart('Resident memory, MB', 'predictions', [
        ['this server', soak.samples.map((each) => [each.predictions, each.memoryMb])],
      ]),
    }),
  };
}
