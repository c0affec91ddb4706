/** The versions that the project ships, by their roles, and copies that a test may spoil. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestModel, trainingRecord } from '../../src/artifacts/digests.ts';
import type { ModelFiles } from '../../src/artifacts/read.ts';
import { MODEL, MULTILINGUAL, PINNED, SHIPPED, shippedJson, tagOf } from '../../tools/versions.mjs';
import { createRepository, temporaryFolder } from './git-version.ts';
import { ROOT } from './server.ts';

export { MODEL, MULTILINGUAL, PINNED, SHIPPED, shippedJson };

/** `v…`, the tag that it was published under. */
export const PINNED_TAG = tagOf(PINNED);
export const MULTILINGUAL_TAG = tagOf(MULTILINGUAL);

/** A store with a copy of the pinned version. @returns the store and the version's folder. */
export function copyOfPinned(): { store: string; folder: string } {
  const store = temporaryFolder();
  const folder = join(store, MODEL, PINNED);
  cpSync(join(ROOT, 'models', MODEL, PINNED), folder, { recursive: true });
  writeFileSync(join(store, MODEL, 'PINNED'), `${PINNED}\n`);
  return { store, folder };
}

/**
 * A store with a version of its own that has the pinned files, some of them replaced. Without another
 * `metrics.json`, it is recorded that the pinned ingredients were trained to these outputs.
 */
export function variantOfPinned(
  changes: Readonly<Record<string, string | Buffer>>,
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): { store: string; sha: string } {
  const source = join(ROOT, 'models', MODEL, PINNED);
  const { files } = JSON.parse(readFileSync(join(source, 'commit.json'), 'utf8')) as {
    files: { path: string }[];
  };
  const store = temporaryFolder();
  const repository = createRepository({ objectFormat, lfs: ['model.onnx'] });
  const pinned = new Map(files.map(({ path }) => [path, readFileSync(join(source, path))]));
  const changed = new Map(
    Object.entries(changes).map(([path, content]) => [path, Buffer.from(content)]),
  );
  const sha = repository.commit(
    Object.fromEntries([...pinned, ...recordTraining(pinned, changed), ...changed]),
  );
  repository.layOut(sha, store);
  writeFileSync(join(store, MODEL, 'PINNED'), `${sha}\n`);
  return { store, sha };
}

/** The files in which a training records ingredients and outputs. */
function recordTraining(pinned: ModelFiles, changed: ModelFiles): ModelFiles {
  const files = new Map([...pinned, ...changed]);
  const { ingredients } = trainingRecord(pinned);
  const { outputs } = trainingRecord(files);
  const json = (path: string, more: object): [string, Buffer] => [
    path,
    Buffer.from(JSON.stringify({ ...pinnedJson<object>(path), ...more })),
  ];
  return new Map([
    json('metrics.json', { trained_from: { ingredients, outputs } }),
    json('profile.json', { model: digestModel(files) }),
  ]);
}

/** One JSON file of the pinned version. */
export function pinnedJson<T>(path: string): T {
  return shippedJson<T>(PINNED, path);
}

/**
 * A store with the multilingual version and a variant of the pinned version, with a tag, whose record says that its scores are
 * calibrated: at temperature 1, they are what they were.
 */
export function calibratedStore(): { store: string; sha: string } {
  const metrics = pinnedJson<{ datasets: Record<string, { int8: object }> }>('metrics.json');
  const [[name, dataset]] = Object.entries(metrics.datasets) as [[string, { int8: object }]];
  const error = { before: 0.0671, after: 0.0671 };
  const int8 = { ...dataset.int8, calibration_error: error };
  const { store, sha } = variantOfPinned({
    'metrics.json': JSON.stringify({
      ...metrics,
      datasets: { ...metrics.datasets, [name]: { ...dataset, int8 } },
      calibration: { method: 'temperature', temperature: 1, fitted_on: [name], bins: 15 },
    }),
  });
  writeFileSync(join(store, MODEL, `${sha}.tag`), 'v1.2.3\n');
  cpSync(join(ROOT, 'models', MODEL, MULTILINGUAL), join(store, MODEL, MULTILINGUAL), {
    recursive: true,
  });
  return { store, sha };
}
