// `npm run bench`: compares the server with ONNX Runtime without a server ("raw runtime"): the same model
// bytes, texts and cores, in interleaved rounds. runs.mjs selects the measurements, measure.mjs makes
// them, report.mjs writes the report.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeQuick, writeReport } from './report.mjs';
import { runAll, runQuick, runSoak } from './runs.mjs';
import { writeSpeed } from './speed-table.mjs';

const HELP = `npm run bench -- [options]     requires wrk
  --quick          print two ratios after about a minute; write no report
  --peers          measure other servers too; run bench/peers/install.sh first
  --soak COUNT     measure memory during COUNT predictions, and add it to the earlier report
  --report         write the report again from the earlier results
  --rounds N       number of rounds of a full run (default 5)
  --seconds N      duration of each measurement (default 4)
  --warm-up N      seconds of load before the first round (default 10)
  --out DIR        folder for performance.md and performance/ (default docs/measurements)
`;
const MEASUREMENTS = fileURLToPath(new URL('../docs/measurements', import.meta.url));
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
    out: { type: 'string', default: MEASUREMENTS },
  },
});
const durations = { seconds: Number(options.seconds), warmUp: Number(options['warm-up']) };
const folder = join(options.out, 'performance');
const file = join(folder, 'results.json');

async function collectResults() {
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
  const results = await collectResults();
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  writeReport(results, options.out);
  process.stdout.write(`${join(options.out, 'performance.md')}\n`);
  if (options.out === MEASUREMENTS) {
    writeSpeed();
  }
}
