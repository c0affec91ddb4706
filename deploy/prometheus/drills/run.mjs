// Brings real servers into the state of each alert, waits until its message arrives, asks the queries of its
// section of the runbook, repairs the cause, and waits until its end arrives. Run by hand: needs a build,
// Prometheus and Alertmanager. Most drills take minutes.
//
//   node deploy/prometheus/drills/run.mjs                       lists the drills
//   node deploy/prometheus/drills/run.mjs ClassifierDown …      plays these, one after the other
//   node deploy/prometheus/drills/run.mjs --all
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { killAll, poll, ROOT } from '../../../tools/launch.mjs';
import { MULTILINGUAL, PINNED } from '../../../tools/versions.mjs';
import { DRIFT_DRILLS } from './drift.mjs';
import { MONITORING_DRILLS } from './monitoring.mjs';
import { SERVICE_DRILLS } from './service.mjs';
import { openStage } from './stage.mjs';

const DRILLS = [...SERVICE_DRILLS, ...DRIFT_DRILLS, ...MONITORING_DRILLS];
/** An alert that has not come, or gone, by then is a failure of the drill. */
const TIMEOUT_MS = 25 * 60_000;

/** Seconds from the beginning of an act until the condition, rounded. @throws where it does not come. */
async function secondsUntil(what, isThere, act) {
  const from = Date.now();
  await act();
  if (!(await poll(isThere, { timeoutMs: TIMEOUT_MS, intervalMs: 500 }))) {
    throw new Error(`no ${what} in ${TIMEOUT_MS / 60_000} minutes`);
  }
  return Math.round((Date.now() - from) / 1000);
}

/** The code blocks of a section of the runbook. */
function blocksOf(alert, language) {
  const text = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
  const section = text.split(`\n## ${alert}\n`)[1].split('\n## ')[0];
  const blocks = section.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\n\`\`\``, 'g'));
  return [...blocks].map(([, block]) => block);
}

/** Asks the queries, and runs those commands that need no container. @returns what was answered. */
async function followRunbook(stage, { alert }) {
  const answers = [];
  for (const query of blocksOf(alert, 'promql')) {
    const found = await stage.query(query);
    answers.push(found.length);
    console.log(`  ${found.length} series: ${query}`);
  }
  const lines = blocksOf(alert, 'sh').flatMap((block) => block.split('\n'));
  for (const line of lines.filter((each) => /^node dist\/main\.js (?!models gate)/.test(each))) {
    const command = line
      .replace(/ +#.*/, '')
      .replace('server.log', stage.server.log)
      .replaceAll('http://localhost:8080', stage.server.url)
      .replace('<new sha>', MULTILINGUAL)
      .replace(/<(other |earlier )sha>/, MULTILINGUAL)
      .replace('<sha>', PINNED);
    try {
      const output = execFileSync('sh', ['-c', `${command} 2>&1 | head -3`], {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 60_000,
      });
      console.log(`  $ ${command}\n${output.replace(/^/gm, '    ').trimEnd()}`);
    } catch (error) {
      console.log(`  $ ${command}\n    failed: ${error.message}`);
    }
  }
  return answers;
}

async function play(drill) {
  const { alert, severity, isSent = true, replicas = [{}] } = drill;
  const stage = await openStage(replicas);
  const isIt = (labels) => labels.alertname === alert && labels.severity === severity;
  const open = async () => {
    if (!isSent) {
      return (await stage.firing()).some(isIt);
    }
    const last = new Map();
    for (const { status, labels } of stage.receiver.messages.filter((each) => isIt(each.labels))) {
      last.set(JSON.stringify(labels), status);
    }
    return [...last.values()].includes('firing');
  };
  console.log(`${alert}, ${severity}`);
  await drill.setUp(stage);
  if (stage.prometheus) {
    const scraped = async () => (await stage.query('min(up{job="tweet-sentiment"})'))[0]?.value[1];
    await poll(scraped, { accept: (value) => value === '1', timeoutMs: 60_000, intervalMs: 500 });
  }
  if (await open()) {
    console.log('  it fires from the start');
  }
  const reported = await secondsUntil('alert', open, () => drill.cause(stage));
  console.log(`  reported after ${reported} s`);
  const answers = await followRunbook(stage, drill);
  let ended = '–';
  if (drill.repair) {
    const isOver = async () => !(await open());
    ended = `${await secondsUntil('end', isOver, () => drill.repair(stage))} s`;
    console.log(`  ended after ${ended}`);
  }
  const messages = stage.receiver.messages.filter(({ labels }) => labels.alertname !== 'Watchdog');
  const others = new Set(messages.map(({ labels }) => labels.alertname).filter((n) => n !== alert));
  return `| \`${alert}\` | ${severity} | ${reported} s | ${ended} | ${answers.join(', ')} | ${[...others].sort().join(', ') || '–'} |`;
}

const wanted = process.argv.slice(2);
const chosen = DRILLS.filter(
  ({ alert, severity }) =>
    wanted.includes('--all') || wanted.includes(alert) || wanted.includes(`${alert}:${severity}`),
);
if (chosen.length === 0) {
  console.log(DRILLS.map(({ alert, severity }) => `${alert}:${severity}`).join('\n'));
  process.exit(2);
}
process.on('SIGINT', () => process.exit(130));
const rows = [];
for (const drill of chosen) {
  try {
    rows.push(await play(drill));
  } catch (error) {
    console.log(`  failed: ${error.message}`);
    process.exitCode = 1;
  }
  killAll();
}
console.log(`\n${rows.join('\n')}`);
process.exit();
