// `npm run bench`: the server beside the bare runtime: the same model bytes, texts and cores, in
// interleaved rounds. runs.mjs says what is measured, measure.mjs how, report.mjs what is made of it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeQuick, writeReport } from './report.mjs';
import { runAll, runQuick, runSoak } from './runs.mjs';

const HELP = `npm run bench -- [options]     needs wrk
  --quick          two ratios within a minute, written nowhere
  --peers          other servers as well; bench/peers/install.sh first
  --soak COUNT     memory over so many predictions, added to an earlier report
  --report         writes an earlier report again
  --rounds N       of a full run, 5
  --seconds N      of each measurement, 4
  --warm-up N      seconds of load before the first round, 10
  --out DIR        where performance.md and performance/ are written, docs
`;
const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean' },
    peers: { type: 'boolean', default: false },
    soak: { type: 'string' },
    report: { type: 'boolean' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: '10' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs', import.meta.url)) },
  },
});
const durations = { seconds: Number(options.seconds), warmUp: Number(options['warm-up']) };
const folder = join(options.out, 'performance');
const file = join(folder, 'results.json');

async function gather() {
  const { soak, ...earlier } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (options.report) {
    return { ...earlier, soak };
  }
  if (options.soak) {
    return { ...earlier, soak: await runSoak({ ...durations, predictions: Number(options.soak) }) };
  }
  return runAll({ ...durations, rounds: Number(options.rounds), peers: options.peers });
}

if (options.help) {
  process.stdout.write(HELP);
} else if (options.quick) {
  process.stdout.write(describeQuick(await runQuick(durations)));
} else {
  const results = await gather();
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  writeReport(results, options.out);
  process.stdout.write(`${join(options.out, 'performance.md')}\n`);
}
