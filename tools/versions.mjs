// The versions that the project ships, by their roles. Tests, demo, drills and scripts ask here, so that none of
// them names a SHA or a tag, which another pinned version would change.
//
//   node tools/versions.mjs pinned|multilingual    prints its SHA
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './launch.mjs';

export const MODEL = 'tweet-sentiment';
const STORE = join(ROOT, 'models', MODEL);

/** SHAs of all of them. */
export const SHIPPED = readdirSync(STORE).filter((name) => /^[0-9a-f]{40}$/.test(name));

/** The SHA that is served without MODEL_COMMIT: an English version, for which German is foreign. */
export const PINNED = read('PINNED').trim();

/** The SHA of the version that was trained on German too. */
export const MULTILINGUAL = findMultilingual();

/** @returns such as `v1.0.0`. */
export function tagOf(commit) {
  return read(`${commit}.tag`).trim();
}

/** @returns one JSON file of a shipped version. */
export function shippedJson(commit, path) {
  return JSON.parse(read(join(commit, path)));
}

function read(path) {
  return readFileSync(join(STORE, path), 'utf8');
}

/** @throws where not exactly one is shipped. */
function findMultilingual() {
  const found = SHIPPED.filter(
    (commit) => commit !== PINNED && isTrainedOn(shippedJson(commit, 'data/datasets.json'), 'de'),
  );
  if (found.length !== 1) {
    const shas = found.join(', ') || 'none';
    throw new Error(
      `${STORE}: expected one version beside PINNED with German training data, found ${shas}`,
    );
  }
  return found[0];
}

/** @param datasets what `data/datasets.json` of a version has. */
export function isTrainedOn({ datasets }, language) {
  return datasets
    .flatMap(({ files }) => files)
    .some(({ role, languages }) => role === 'train' && languages[language] > 0);
}

if (process.argv[1] === import.meta.filename) {
  const sha = { pinned: PINNED, multilingual: MULTILINGUAL }[process.argv[2]];
  if (sha === undefined) {
    console.error(
      `versions.mjs: expected pinned or multilingual, found ${process.argv[2] ?? 'nothing'}`,
    );
    process.exit(2);
  }
  console.log(sha);
}
