// The story that this project was made for, with real parts and one server that is never restarted: German
// tweets reach an English model, an alert fires, its SHA leads to what the model was made of, a multilingual
// version is compared with it on the live tweets, is promoted, and the alert clears. Without an installed
// Prometheus, the server's own data are used.
//
//   npm run story [-- --seconds 40] [-- --rate 20]
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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
import { launchPrometheus } from '../tools/prometheus.mjs';
import { temporaryFolder } from '../tools/temporary.mjs';
import { MULTILINGUAL, PINNED, tagOf } from '../tools/versions.mjs';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    rate: { type: 'string', default: '20' },
  },
});
// Tags of the versions.
const [ENGLISH_TAG, MULTILINGUAL_TAG] = [tagOf(PINNED), tagOf(MULTILINGUAL)];
const ADMIN_TOKEN = randomBytes(16).toString('hex');
const folder = temporaryFolder();
const logFile = join(folder, 'server.log');
/** An alert that has not come, or gone, by then is a failure of the story. */
const TIMEOUT_MS = 180_000;
/** A verdict on fewer tweets shows too little of how they differ. */
const MIN_TEXTS = 200;
const MAX_EXAMPLES = 5;

const say = (text) => console.log(`\n${styleText('bold', text)}`);

function run(...args) {
  const env = { ...process.env, ADMIN_TOKEN };
  const output = execFileSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
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

/** @returns its process id. */
async function serve(commit, port) {
  const env = { PORT: String(port), MODEL_COMMIT: commit, LOG_FILE: logFile, ADMIN_TOKEN };
  const server = launchServer(env);
  server.stopReading();
  await waitUntilReady(`http://127.0.0.1:${port}`, server);
  return server.child.pid;
}

/** Sends a request to /admin, and prints it with its answer. */
async function admin(url, method, path, body) {
  const sent = body && JSON.stringify(body);
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: sent }),
  });
  const answer = await response.text();
  print([`${method} ${path}${body ? ` ${sent}` : ''}`, `${response.status} ${answer}`]);
  if (!response.ok) {
    throw new Error(`${method} ${path} was refused`);
  }
}

/** @returns the address of a Prometheus with the shipped rules; undefined where none is installed. */
async function startPrometheus(serverPort) {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return launchPrometheus(serverPort, folder);
}

/** What the alert says, as soon and as long as it fires. */
async function alert(prometheus, url) {
  if (prometheus === undefined) {
    const { drift } = await getJson(`${url}/console/data`);
    const found = drift.alarms.find(({ kind }) => kind === 'foreign_language');
    return found && `${found.bin}: ${(found.observed * 100).toFixed(1)} % of the texts`;
  }
  const { data } = await getJson(`${prometheus}/api/v1/alerts`);
  const found = data.alerts.find(
    ({ labels, state }) => labels.alertname === 'ClassifierForeignLanguage' && state === 'firing',
  );
  return found?.annotations.summary;
}

/**
 * Texts in one language, for a time or until they are stopped; the right label of half of them is sent as
 * feedback.
 *
 * @returns the program, and its report.
 */
function send(url, language, seconds) {
  const args = ['--url', url, '--mix', `${language}=1`, '--rate', options.rate, '--for', seconds];
  const program = launch(
    process.execPath,
    [MAIN, 'simulate', ...args, '--feedback', '0.5', '--json'],
    { cwd: ROOT, stdio: ['ignore', 'pipe', process.stderr.isTTY ? 'inherit' : 'ignore'] },
  );
  return { ...program, report: text(program.child.stdout).then(JSON.parse) };
}

async function runStory() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  say(`1. The English version, ${ENGLISH_TAG}, is live.`);
  const pid = await serve(PINNED, port);
  const prometheus = await startPrometheus(port);
  print([
    `console     ${url}/`,
    `token       ${ADMIN_TOKEN}, to change the models on the console`,
    prometheus ? `Prometheus  ${prometheus}/alerts` : 'Prometheus  not installed: left out',
    `log         node dist/main.js logs ${logFile}`,
    `process     ${pid}`,
  ]);

  say(`2. English tweets for ${options.seconds} s. No alert.`);
  await send(url, 'en', `${options.seconds}s`).exited;
  const early = await alert(prometheus, url);
  if (early) {
    throw new Error(`there should be no alert: ${early}`);
  }

  say('3. German tweets arrive; from here on they never stop.');
  const germanAt = Date.now();
  const german = send(url, 'de', '10m');
  const summary = await until('the alert', () => alert(prometheus, url));
  print([`${secondsSince(germanAt)} s later an alert fires: ${summary}`]);

  showWhatServes(PINNED);
  await compare(url);
  await promote(url, prometheus);

  await german.stop('SIGINT');
  showAnswers(await german.report, { [PINNED]: ENGLISH_TAG, [MULTILINGUAL]: MULTILINGUAL_TAG });
  print([`The server is process ${pid}, as at the start.`]);
  say('The end.');
}

const secondsSince = (time) => ((Date.now() - time) / 1000).toFixed(0);

/** From the log to the commit, and to the version that was trained on German. */
function showWhatServes(commit) {
  say('4. The log shows which texts, what the model made of them, and its SHA.');
  print(run('logs', logFile, '--no-follow', '--language', 'de', '--lines', '5'));

  say(`5. The SHA, ${commit}, leads to what the model was made of.`);
  const card = run('models', 'show', commit);
  print(card.filter((line) => !/^ {4}|^ {2}umsab|^$/.test(line)).slice(0, 42));

  say('6. Another version was trained on more: its languages, in the diff.');
  print(
    run('models', 'diff', ENGLISH_TAG, MULTILINGUAL_TAG, '--stat').filter((line) => line !== ''),
  );
}

/** The multilingual version predicts the live texts too, until feedback has decided. */
async function compare(url) {
  say(
    `7. ${MULTILINGUAL_TAG} becomes the candidate: it predicts all live tweets, and answers none.`,
  );
  await admin(url, 'PUT', '/admin/shadow', { commit: MULTILINGUAL, share: 1 });
  const loadedAt = Date.now();
  await until('a decision', async () => {
    const { verdict } = JSON.parse(run('shadow', '--server', url, '--json').join('\n'));
    return verdict.all.decision === 'better' && verdict.all.texts >= MIN_TEXTS;
  });
  print([`${secondsSince(loadedAt)} s later there is a verdict:`, '']);
  const lines = run('shadow', '--server', url);
  const examples = lines.indexOf('last texts with different labels');
  print(lines.slice(0, examples + 1 + MAX_EXAMPLES));
}

/** Shows that the alert clears and that German texts get the new version's labels. */
async function promote(url, prometheus) {
  say(
    `8. ${MULTILINGUAL_TAG} is promoted: it is loaded already, and answers from the next request on.`,
  );
  await admin(url, 'POST', '/admin/promote');
  const promotedAt = Date.now();
  await until('the end of the alert', async () => !(await alert(prometheus, url)));
  print([
    `${secondsSince(promotedAt)} s later the alert has cleared. POST /admin/rollback would take it back.`,
  ]);
  await until('German texts', async () => {
    const { steps } = await getJson(`${url}/console/data`);
    return steps.reduce((total, { languages }) => total + (languages.de ?? 0), 0) > 100;
  });
  print(run('logs', logFile, '--no-follow', '--language', 'de', '--lines', '5'));
  const late = await alert(prometheus, url);
  if (late) {
    throw new Error(`the alert is back: ${late}`);
  }
}

/** What the sender of the German tweets has seen. @throws where a request was not answered. */
function showAnswers({ statuses, rows }, tags) {
  say('9. What the sender of the German tweets has seen.');
  print([
    `requests by status: ${JSON.stringify(statuses)}`,
    ...rows.map(
      ({ commit, texts, correct }) =>
        `${tags[commit]} labelled ${((correct / texts) * 100).toFixed(0)} % of ${texts} tweets right`,
    ),
  ]);
  if (Object.keys(statuses).join() !== '200') {
    throw new Error('a request was not answered');
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
