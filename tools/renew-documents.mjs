// Writes the shipped versions into the documents: their SHAs, the answers of README's example, and what docs/tutorial.md
// shows of them. Needs a build.
//
//   node tools/renew-documents.mjs
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, launchServer, MAIN, ROOT, waitUntilReady } from './launch.mjs';
import { temporaryFolder } from './temporary.mjs';
import { isTrainedOn, MODEL, MULTILINGUAL, PINNED, tagOf } from './versions.mjs';

/** Paths of the documents whose SHAs are those of shipped versions; other reports are of what was measured. */
export const DOCUMENTS = [
  ...['README.md', 'models/README.md', 'deploy/helm/tweet-sentiment/README.md'],
  'deploy/kserve/inference-service.yml',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .filter((name) => name.endsWith('.md') && !/^(decisions|measurements)\//.test(name))
    .map((name) => `docs/${name}`),
];

const history = join(temporaryFolder(), 'history.git');
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' });
git('clone', '--quiet', '--bare', join(ROOT, 'models', `${MODEL}.bundle`), history);
const commits = git('-C', history, 'rev-list', '--all').trim().split('\n');
const tags = git('-C', history, 'tag').trim().split('\n');

/** @returns the text with the SHA of a shipped version, as long, in place of each SHA of the model's history. */
export function withShippedShas(text) {
  return text.replace(/\b[0-9a-f]{7,40}\b/g, (word) => {
    const commit = commits.find((each) => each.startsWith(word));
    return commit === undefined ? word : successorOf(commit).slice(0, word.length);
  });
}

/** @returns the text with the tag of a shipped version in place of each tag of the model's history. */
export function withShippedTags(text) {
  return text.replace(/\bv\d+\.\d+\.\d+\b/g, (word) =>
    tags.includes(word)
      ? tagOf(successorOf(git('-C', history, 'rev-parse', `${word}^{commit}`).trim()))
      : word,
  );
}

/** A command of the tutorial about a version, and the output that the page shows. */
const SHOWN = /(```sh\nnode dist\/main\.js (models .+)\n```\n\n```text\n)([\s\S]*?)(?=```)/g;
/** A line up to its first number. */
const nameOf = (line) => line.replace(/\d.*/, '').replace(/\s+/g, ' ').trim();

/** @returns the tutorial with the lines that these commands print now, in place of those of the same names. */
function withOutputs(tutorial) {
  return tutorial.replace(SHOWN, (_, start, command, shown) => {
    const args = [MAIN, ...command.split(' ')];
    const printed = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }).split(
      '\n',
    );
    const renewed = (line) => printed.find((each) => nameOf(each) === nameOf(line)) ?? line;
    return start + shown.replace(/^[^…\n].*$/gm, renewed);
  });
}

/** The shipped version that took the place of a commit: the multilingual one, if that is. */
function successorOf(commit) {
  const datasets = JSON.parse(git('-C', history, 'show', `${commit}:data/datasets.json`));
  return isTrainedOn(datasets, 'de') ? MULTILINGUAL : PINNED;
}

const ANSWER =
  /"label": "(\w+)",\s+"score": ([\d.]+),\s+"scores": (\{.+?\}),\s+"language": "(\w+)"/g;
const LOGGED = /"label":"(\w+)", "score":([\d.]+), "language":"(\w+)"/;
const COUNTED = /(classifier_predictions_total)\{label="(\w+)",language="(\w+)"\}/;

/** @returns the texts of README's first request, its answers, and one of them in the log and in the metrics. */
export function readExample(readme) {
  const { inputs } = JSON.parse(/-d '(\{"inputs": \[.+\]\})'/.exec(readme)[1]);
  const answers = [...readme.matchAll(ANSWER)].map(([, label, score, scores, language]) => ({
    ...{ label, score: Number(score), scores: JSON.parse(scores), language },
  }));
  const [, label, score, language] = LOGGED.exec(readme);
  const [counted] = COUNTED.exec(readme);
  return { inputs, answers, logged: { label, score: Number(score), language }, counted };
}

/** @returns README with these answers to its first request. */
function withAnswers(readme, predictions) {
  const answers = predictions.values();
  const of = (language) => predictions.find((each) => each.language === language);
  return readme
    .replace(ANSWER, () => {
      const { label, score, scores, language } = answers.next().value;
      const pairs = Object.entries(scores).map(([name, value]) => `"${name}": ${value}`);
      return [
        `"label": "${label}",\n      "score": ${score},`,
        `      "scores": { ${pairs.join(', ')} },\n      "language": "${language}"`,
      ].join('\n');
    })
    .replace(LOGGED, (_, _label, _score, language) => {
      const { label, score } = of(language);
      return `"label":"${label}", "score":${score}, "language":"${language}"`;
    })
    .replace(
      COUNTED,
      (_, name, _label, language) =>
        `${name}{label="${of(language).label}",language="${language}"}`,
    );
}

async function predict(inputs) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = launchServer({ PORT: String(port) });
  await waitUntilReady(url, server);
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs }),
  });
  const { predictions } = await response.json();
  await server.stop();
  return predictions;
}

function renew(path, change) {
  const file = join(ROOT, path);
  const text = readFileSync(file, 'utf8');
  const renewed = change(text);
  if (renewed !== text) {
    writeFileSync(file, renewed);
    console.log(`${path}: renewed`);
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const path of DOCUMENTS) {
    renew(path, withShippedShas);
  }
  renew('docs/tutorial.md', (tutorial) => withOutputs(withShippedTags(tutorial)));
  const predictions = await predict(
    readExample(readFileSync(join(ROOT, 'README.md'), 'utf8')).inputs,
  );
  renew('README.md', (readme) => withAnswers(readme, predictions));
}
