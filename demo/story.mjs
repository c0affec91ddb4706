// The story that this project was made for, with real parts: German tweets reach an English model, an
// alert says so, its SHA leads to what the model was made of, a multilingual version takes over, and
// the alert clears. Prometheus takes part where it is installed; else the server's own window tells.
//
//   npm run story [-- --seconds 60] [-- --rate 20]
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '20' },
  },
});
// Tags of the versions.
const ENGLISH = 'v1.2.0';
const MULTILINGUAL = 'v2.0.0';
const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'story-'));
const logFile = join(folder, 'server.log');
const children = new Set();
/** An alert that has not come, or gone, by then is a failure of the story. */
const PATIENCE_SECONDS = 180;

const say = (text) => console.log(`\n${styleText('bold', text)}`);

function start(command, args, settings = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'ignore', ...settings });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function run(...args) {
  const output = execFileSync(process.execPath, [main, ...args], { cwd: root, encoding: 'utf8' });
  return output.trimEnd().split('\n');
}

const print = (lines) => console.log(lines.map((line) => `  ${line}`).join('\n'));

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Asks every half second until there is an answer. */
async function until(what, ask) {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  while (Date.now() < end) {
    const answer = await ask().catch(() => undefined);
    if (answer) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${PATIENCE_SECONDS} s have passed without ${what}`);
}

const getJson = async (url) => (await fetch(url)).json();

async function serve(tag, port) {
  const versions = JSON.parse(run('models', 'list', '--json').join('\n'));
  const version = versions.find((each) => each.tag === tag);
  const child = start(process.execPath, [main, 'serve'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      MODEL_COMMIT: version.commit,
      LOG_FILE: logFile,
    },
  });
  await until('a ready server', async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
  return { child, commit: version.commit };
}

/** @returns the address of a Prometheus with the shipped rules; undefined where none is installed. */
async function startPrometheus(serverPort) {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const port = await freePort();
  const config = readFileSync(join(root, 'prometheus.yml'), 'utf8')
    .replace('server:8080', `127.0.0.1:${serverPort}`)
    .replace('localhost:9090', `127.0.0.1:${port}`)
    .replace(/alerting:\n[\s\S]*?\n\n/, '');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  cpSync(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true });
  start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
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
  return start(process.execPath, [main, 'simulate', ...args], {
    stdio: ['ignore', 'ignore', process.stderr.isTTY ? 'inherit' : 'ignore'],
  });
}

async function stop(child) {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
}

async function tell() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  say(`1. The English version, ${ENGLISH}, is live.`);
  const english = await serve(ENGLISH, port);
  const prometheus = await startPrometheus(port);
  print([
    `console     ${url}/`,
    prometheus ? `Prometheus  ${prometheus}/alerts` : 'Prometheus  not installed: left out',
    `log         npx tweet-sentiment logs ${logFile}`,
  ]);

  say(`2. English tweets for ${options.seconds} s. No alert.`);
  await once(send(url, 'en', `${options.seconds}s`), 'exit');
  const early = await alert(prometheus, url);
  if (early) {
    throw new Error(`there should be no alert: ${early}`);
  }

  say('3. German tweets arrive.');
  const germanAt = Date.now();
  const german = send(url, 'de', '10m');
  const summary = await until('the alert', () => alert(prometheus, url));
  print([`${((Date.now() - germanAt) / 1000).toFixed(0)} s later an alert fires: ${summary}`]);
  await stop(german);

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
  await stop(english.child);
  const multilingual = await serve(MULTILINGUAL, port);
  const swappedAt = Date.now();
  const more = send(url, 'de', '10m');
  await until('the end of the alert', async () => !(await alert(prometheus, url)));
  print([
    `${((Date.now() - swappedAt) / 1000).toFixed(0)} s later the alert has cleared.`,
    `${multilingual.commit} answers, which knows German.`,
  ]);
  await until('German texts', async () => {
    const { steps } = await getJson(`${url}/console/data`);
    return steps.reduce((total, { languages }) => total + (languages.de ?? 0), 0) > 100;
  });
  await stop(more);
  print(run('logs', logFile, '--no-follow', '--language', 'de', '--lines', '5'));
  const late = await alert(prometheus, url);
  if (late) {
    throw new Error(`the alert is back: ${late}`);
  }
  say('Told in full.');
}

function end() {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
process.on('SIGINT', () => {
  end();
  process.exit(130);
});
try {
  await tell();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  end();
}
