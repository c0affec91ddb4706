/** The versions on this machine that the server could serve, for the console. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readArtifact } from '../artifacts/read.ts';
import type { Config } from '../config/config.ts';
import { knownLanguages } from '../drift/policy.ts';
import { binNames } from '../drift/profile.ts';
import { isFullSha } from '../version/git-objects.ts';
import { createFolderStore } from '../version/stores/folder.ts';
import { openStore } from '../version/stores/open.ts';
import { isRemote, type LocalStore } from '../version/stores/store.ts';
import { readTag } from '../version/tag.ts';
import { openVersion } from '../version/version.ts';

export interface StoredVersion {
  readonly commit: string;
  /** Such as `v1.0.0`. */
  readonly tag: string | undefined;
  /** When it was committed, ISO 8601. */
  readonly date: string;
  /** Of its training data; empty where it has no profile. */
  readonly languages: readonly string[];
  /** Of its profile; empty where it has none. */
  readonly labels: readonly string[];
}

/** The folder is listed at most this often. */
const LIST_INTERVAL_MS = 30_000;
/** Of a larger store, the others can be named by their commit. */
const MAX_VERSIONS = 50;

/**
 * Reads which versions there are: those of a store on this machine; of a remote store, those in the cache.
 * Never waits: it returns what is known, and looks again in the background. Each version is read once.
 */
export function createVersionList({
  modelStore,
  modelName,
  modelCache,
}: Pick<Config, 'modelStore' | 'modelName' | 'modelCache'>): () => readonly StoredVersion[] {
  const opened = openStore(modelStore);
  const store = isRemote(opened) ? createFolderStore(modelCache) : (opened as LocalStore);
  let known: readonly StoredVersion[] = [];
  let listedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - listedAt > LIST_INTERVAL_MS) {
      listedAt = performance.now();
      void listVersions(store, modelName, known).then((found) => {
        known = found;
      });
    }
    return known;
  };
}

/** The newest first; a version that can't be read is left out, as is a store that can't be listed. */
async function listVersions(
  store: LocalStore,
  model: string,
  known: readonly StoredVersion[],
): Promise<readonly StoredVersion[]> {
  // Not `store.list`, which lists the files of all versions.
  const folders = await readdir(join(store.location, model)).catch(() => []);
  const versions: StoredVersion[] = [];
  // One after another, since requests have to be answered meanwhile.
  for (const commit of folders.filter(isFullSha).slice(0, MAX_VERSIONS)) {
    const version =
      known.find((each) => each.commit === commit) ??
      (await describe(store, model, commit).catch(() => undefined));
    versions.push(...(version ? [version] : []));
  }
  return versions.sort((a, b) => b.date.localeCompare(a.date));
}

async function describe(store: LocalStore, model: string, commit: string): Promise<StoredVersion> {
  const version = await openVersion(store, model, commit);
  const profile = await readArtifact(version, 'profile.json');
  const labels = profile?.features.label;
  return {
    commit,
    tag: await readTag(store, model, commit),
    date: version.details.author.date,
    languages: profile && profile.texts > 0 ? knownLanguages(profile) : [],
    labels: labels ? binNames(labels) : [],
  };
}
