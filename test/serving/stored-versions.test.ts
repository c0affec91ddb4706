/** The versions that the console offers. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createVersionList, type StoredVersion } from '../../src/serving/stored-versions.ts';
import { temporaryFolder } from '../support/git-version.ts';
import {
  copyOfPinned,
  MODEL,
  MULTILINGUAL,
  PINNED,
  PINNED_TAG,
  SHIPPED,
} from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

/** What is listed once the folder has been read. */
async function listed(
  modelStore: string,
  modelCache = temporaryFolder(),
): Promise<readonly StoredVersion[]> {
  const list = createVersionList({ modelStore, modelCache, modelName: MODEL });
  expect(list()).toEqual([]);
  return vi.waitUntil(() => (list().length > 0 ? list() : undefined), { interval: 5 });
}

test('those of a store, the newest first, with the languages of their training data', async () => {
  const versions = await listed(join(ROOT, 'models'));
  expect(versions.map(({ commit }) => commit).sort()).toEqual(SHIPPED.toSorted());
  const dates = versions.map(({ date }) => date);
  expect(dates).toEqual(dates.toSorted().toReversed());
  const languages = (sha: string) => versions.find(({ commit }) => commit === sha)?.languages;
  expect(languages(PINNED)).toContain('en');
  expect(languages(PINNED)).not.toContain('de');
  expect(languages(MULTILINGUAL)).toEqual(expect.arrayContaining(['en', 'de', 'fr']));
  expect(versions.find(({ commit }) => commit === PINNED)?.tag).toBe(PINNED_TAG);
});

test('of a remote store, those in the cache; it is not contacted', async () => {
  const { store: cache } = copyOfPinned();
  const versions = await listed('https://store.invalid/models', cache);
  expect(versions.map(({ commit }) => commit)).toEqual([PINNED]);
});

test('one that is incomplete, spoilt or no version is left out', async () => {
  const { store, folder } = copyOfPinned();
  const ghost = join(store, MODEL, 'd'.repeat(40));
  mkdirSync(ghost);
  mkdirSync(join(store, MODEL, 'notes'));
  writeFileSync(join(ghost, 'commit.json'), '{}');
  expect((await listed(store)).map(({ commit }) => commit)).toEqual([PINNED]);
  // Without its profile it can't be proven.
  rmSync(join(folder, 'profile.json'));
  const list = createVersionList({ modelStore: store, modelCache: store, modelName: MODEL });
  list();
  await vi.waitFor(() => expect(list()).toEqual([]));
});
