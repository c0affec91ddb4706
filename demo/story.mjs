// The story that this project was made for, with real parts: German tweets reach an English model, an
// alert fires, its SHA leads to what the model was made of, a multilingual version takes over, and
// the alert clears. Without an installed Prometheus, the server's own data are used.
//
//   npm run story [-- --seconds 60] [-- --rate 20]
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import {
  freePort,
  killAll,
  launch,
  launchServer,
  MAIN,
  poll,
  ROOT,
  waitUntilReady,
} from '../tools/launch.mjs';
import { temporaryFolder } from '../tools/temporary.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
  },
});
// Tags of the versions.
const ENGLISH = 'v1.2.0';
const MULTILINGUAL = 'v2.0.0';
const folder = temporaryFolder();
const logFile = join(folder, 'server.log');
/** An alert that has not come, or gone, by then is a failure of the story. */
const TIMEOUT_MS = 180_000;

const say = (text) => console.log(`\n${styleText('bold', text)}`);

function run(...args) {
  const output = execFileSync(process.execPath, [MAIN, ...args], { cwd: ROOT, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

const print = (lines) => console.log(lines.map((line) => `  ${line}`).join('\n'));

/** Waits for something that comes. @throws where it does not come in time. */
async function until(what, read) {
  const timing = { timeoutMs: TIMEOUT_MS, intervalMs: 500 };
  const found = await poll(() => read().catch(() => undefined), timing);
  if (!found) {
    throw new Error(`${TIMEOUT_MS / 1000} s have passed without ${what}`);
  }
  return found;
}

const getJson = async (url) => (await fetch(url)).json();

async function serve(tag, port) {
  const versions = JSON.parse(run('models', 'list', '--json').join('\n'));
  const version = versions.find((each) => each.tag === tag);
  const server = launchServer({
    PORT: String(port),
    MODEL_COMMIT: version.commit,
    LOG_FILE: logFile,
  });
  server.stopReading();
  await waitUntilReady(`http://127.0.0.1:${port}`, server);
  return { server, commit: version.commit };
}

/** @returns the address of a Prometheus with the shipped rules; undefined where none is installed. */
async function startPrometheus(serverPort) {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const port = await freePort();
  const config = readFileSync(join(ROOT, 'prometheus.yml'), 'utf8')
    .replace('server:8080', `127.0.0.1:${serverPort}`)
    .replace('localhost:9090', `127.0.0.1:${port}`)
    .replace(/alerting:\n[\s\S]*?\n\n/, '');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  launch('prometheus', args, { stdio: 'ignore' });
  await until('a Prometheus', async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
  return `http://127.0.0.1:${port}`;
}

/** What the alert says, as soon and as long as it fires. */
async function alert(prometheus, url) {
  if (prometheus === undefined) {
    const { drift } = await getJson(`${url}/console/data`);
    const [found] = drift.alarms.foreignLanguages;
    return found && `${found.bin}: ${(found.observed * 100).toFixed(1)} % of the texts`;
  }
  const { data } = await getJson(`${prometheus}/api/v1/alerts`);
  const found = data.alerts.find(
    ({ labels, state }) => labels.alertname === 'ClassifierForeignLanguage' && state === 'firing',
  );
  return found?.annotations.summary;
}

/** Texts in one language, for a time or until they are stopped. */
function send(url, language, seconds) {
  const args = ['--url', url, '--mix', `${language}=1`, '--rate', options.rate, '--for', seconds];
  return launch(process.execPath, [MAIN, 'simulate', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', process.stderr.isTTY ? 'inherit' : 'ignore'],
  });
}

async function runStory() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  say(`1. The English version, ${ENGLISH}, is live.`);
  const english = await serve(ENGLISH, port);
  const prometheus = await startPrometheus(port);
  print([
    `console     ${url}/`,
    prometheus ? `Prometheus  ${prometheus}/alerts` : 'Prometheus  not installed: left out',
    `log         node dist/main.js logs ${logFile}`,
  ]);

  say(`2. English tweets for ${options.seconds} s. No alert.`);
  await send(url, 'en', `${options.seconds}s`).exited;
  const early = await alert(prometheus, url);
  if (early) {
    throw new Error(`there should be no alert: ${early}`);
  }

  say('3. German tweets arrive.');
  const germanAt = Date.now();
  const german = send(url, 'de', '10m');
  const summary = await until('the alert', () => alert(prometheus, url));
  print([`${((Date.now() - germanAt) / 1000).toFixed(0)} s later an alert fires: ${summary}`]);
  await german.stop();

  say('4. The log shows which texts, what the model made of them, and its SHA.');
  print(run('logs', logFile, '--no-follow', '--language', 'de', '--lines', '5'));

  say(`5. The SHA, ${english.commit}, leads to what the model was made of.`);
  const card = run('models', 'show', english.commit);
  print(card.filter((line) => !/^ {4}|^ {2}umsab|^$/.test(line)).slice(0, 42));

  say('6. A version from the branch `german` was trained on more: its languages, in the diff.');
  const diff = run('models', 'diff', ENGLISH, MULTILINGUAL);
  const scores = diff.indexOf('  umsab-de/dev');
  print([
    ...diff.filter((line) => /model\.base|umsab-de\/train\.tsv|~ language (?:de|en)/.test(line)),
    ...diff.slice(scores, scores + 2),
  ]);

  say(
    `7. It takes over: ${MULTILINGUAL} is started in the place of ${ENGLISH}. German tweets go on.`,
  );
  await english.server.stop();
  await serveMultilingual(port, prometheus);
  say('The end.');
}

/** Shows that the alert clears and that German texts get the new version's labels. */
async function serveMultilingual(port, prometheus) {
  const url = `http://127.0.0.1:${port}`;
  const multilingual = await serve(MULTILINGUAL, port);
  const swappedAt = Date.now();
  const more = send(url, 'de', '10m');
  await until('the end of the alert', async () => !(await alert(prometheus, url)));
  print([
    `${((Date.now() - swappedAt) / 1000).toFixed(0)} s later the alert has cleared.`,
    `${multilingual.commit} answers, which was trained on German.`,
  ]);
  await until('German texts', async () => {
    const { steps } = await getJson(`${url}/console/data`);
    return steps.reduce((total, { languages }) => total + (languages.de ?? 0), 0) > 100;
  });
  await more.stop();
  print(run('logs', logFile, '--no-follow', '--language', 'de', '--lines', '5'));
  const late = await alert(prometheus, url);
  if (late) {
    throw new Error(`the alert is back: ${late}`);
  }
}

process.on('SIGINT', () => process.exit(130));
try {
  await runStory();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  killAll();
}
