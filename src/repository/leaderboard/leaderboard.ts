/** `models list`: the versions of a repository and of a store, with what decides which one to use. */
import { stat } from 'node:fs/promises';
import { sha256 } from '../../artifacts/digests.ts';
import { DEFAULT_ALIAS } from '../../version/alias.ts';
import { ModelError, messageOf } from '../../version/errors.ts';
import { isFullSha } from '../../version/git-objects.ts';
import { MANIFEST_FILE, sizeOf } from '../../version/manifest.ts';
import { forEachConcurrently } from '../../version/parallel.ts';
import { type Publication, publicationKey, readPublication } from '../../version/publication.ts';
import { isRemote, type Store } from '../../version/stores/store.ts';
import { readTag, tagKey } from '../../version/tag.ts';
import { openVersion } from '../../version/version.ts';
import { type Alias, listPaths, readAliases } from '../aliases.ts';
import type { Repository } from '../git.ts';
import { type HistoryCommit, readHistory } from '../history.ts';
import { objectPath, type Pointer, parsePointer } from '../lfs.ts';
import { readBlobContents, readTrees } from './trees.ts';
import {
  describeFiles,
  type FileFacts,
  isReadForFacts,
  PARSED_FILES,
  type VersionFacts,
} from './version-facts.ts';

export interface ListedVersion extends VersionFacts {
  readonly commit: string;
  /** The newest of its tags in the repository; else the one that it was published with. */
  readonly tag: string | null;
  /** Those that point at it; else the one on whose line of first parents it is. */
  readonly branches: readonly string[];
  /** When it was authored, ISO 8601. */
  readonly date: string;
  readonly author: string;
  readonly subject: string;
  /** Whether the default alias of the store is pinned to it. */
  readonly pinned: boolean;
  /** All aliases of the store that are pinned to it. */
  readonly aliases: readonly string[];
  /** Where the bytes of its weights are. */
  readonly storedIn: readonly ('store' | 'repository')[];
  /** The median time of one text, measured when it was published, in milliseconds. */
  readonly latencyMs: number | null;
  /** Why it would have been refused when it was published with `--force`. */
  readonly forced: string | null;
}

export interface Leaderboard {
  /** The newest first. */
  readonly versions: readonly ListedVersion[];
  readonly aliases: readonly Alias[];
  /** Versions of the store that can't be read, with the reason. */
  readonly notes: readonly string[];
  /** False where the repository has more commits than were read. */
  readonly isComplete: boolean;
}

export interface LeaderboardSource {
  readonly store: Store;
  readonly model: string;
  readonly repository: Repository | undefined;
  /** Also the commits at which neither a branch nor a tag points. */
  readonly all: boolean;
}

const PARALLEL_READS = 8;

/** @throws ModelError where there is no repository, and the store can't be listed. */
export async function readLeaderboard(source: LeaderboardSource): Promise<Leaderboard> {
  const { store, model, repository, all } = source;
  const stored = await listStore(source);
  const history = repository && (await readHistory(repository, { all }));
  const commits = history?.commits.filter(({ isVersion }) => isVersion) ?? [];
  const inRepository = repository ? await describeCommits(repository, commits) : [];
  const known = new Set(commits.map(({ commit }) => commit));
  const others = [...stored.versions].filter((commit) => !known.has(commit));
  const notes: string[] = [];
  const inStore = await mapConcurrently(others, (commit) =>
    describeStored(store, model, commit).catch((error: unknown) => {
      notes.push(`${commit} of ${store.location} can't be listed: ${messageOf(error)}`);
      return [];
    }),
  );
  const aliases = await readAliases(store, model, stored.paths);
  const versions = await mapConcurrently([...inRepository, ...inStore.flat()], (version) =>
    addStored(source, stored, aliases, version),
  );
  versions.sort((a, b) => b.date.localeCompare(a.date));
  return { versions, aliases, notes, isComplete: history?.isComplete ?? true };
}

interface StoredPaths {
  readonly paths: readonly string[];
  readonly pathSet: ReadonlySet<string>;
  /** `commit.json` is written last: without it, a version is being published, or that was interrupted. */
  readonly versions: ReadonlySet<string>;
}

async function listStore({ store, model, repository }: LeaderboardSource): Promise<StoredPaths> {
  if (!store.list && !repository) {
    throw new ModelError(
      'bad-reference',
      `${store.location} can't be listed, since a web server lists no files: name a version, as in ` +
        '`models show <sha>`',
    );
  }
  const paths = repository ? await listPaths(store, model) : ((await store.list?.(model)) ?? []);
  const pathSet = new Set(paths);
  const folders = new Set(paths.map((path) => path.split('/')[0] as string));
  const versions = [...folders].filter(
    (folder) => isFullSha(folder) && pathSet.has(`${folder}/${MANIFEST_FILE}`),
  );
  return { paths, pathSet, versions: new Set(versions) };
}

type DescribedVersion = Omit<
  ListedVersion,
  'pinned' | 'aliases' | 'storedIn' | 'latencyMs' | 'forced'
> & {
  readonly isInRepository: boolean;
};

async function describeCommits(
  repository: Repository,
  commits: readonly HistoryCommit[],
): Promise<DescribedVersion[]> {
  const trees = await readTrees(
    repository,
    commits.map(({ commit }) => commit),
  );
  const filesOf = (commit: string) =>
    (trees.get(commit) ?? []).filter(({ path }) => isReadForFacts(path));
  const files = commits.flatMap(({ commit }) => filesOf(commit));
  const contents = await readBlobContents(
    repository,
    files.map(({ blob }) => blob),
    new Set(files.filter(({ path }) => PARSED_FILES.has(path)).map(({ blob }) => blob)),
  );
  const pointerOf = (blob: string): Pointer | undefined => {
    const bytes = contents.get(blob)?.bytes;
    return bytes && parsePointer(bytes);
  };
  const factsOf = (blob: string): FileFacts => {
    const { size, sha256, bytes } = contents.get(blob) ?? NO_CONTENT;
    const pointer = pointerOf(blob);
    return pointer
      ? { size: pointer.size, sha256: pointer.oid, bytes: undefined }
      : { size, sha256, bytes };
  };
  // Many commits have the same weights.
  const found = new Map<string, Promise<boolean>>();
  const hasWeights = async (commit: string): Promise<boolean> => {
    const weights = filesOf(commit).find(({ path }) => path === 'model.onnx');
    const pointer = weights && pointerOf(weights.blob);
    return pointer ? hasObject(repository, pointer, found) : weights !== undefined;
  };
  return mapConcurrently(commits, async ({ commit, tags, branches, branch, ...rest }) => {
    const facts = new Map(filesOf(commit).map(({ path, blob }) => [path, factsOf(blob)]));
    return {
      ...{ commit, date: rest.date, author: rest.author, subject: rest.subject },
      tag: tags.at(-1) ?? null,
      branches: branches.length > 0 || branch === undefined ? branches : [branch],
      ...describeFiles(facts),
      isInRepository: await hasWeights(commit),
    };
  });
}

const NO_CONTENT: FileFacts = { size: 0, sha256: undefined, bytes: undefined };

/** True where git-lfs has the bytes. */
async function hasObject(
  { lfsFolder }: Repository,
  { oid, size }: Pointer,
  found: Map<string, Promise<boolean>>,
): Promise<boolean> {
  const isFound =
    found.get(oid) ??
    stat(objectPath(lfsFolder, oid)).then(
      (stats) => stats.size === size,
      () => false,
    );
  found.set(oid, isFound);
  return isFound;
}

async function describeStored(store: Store, model: string, sha: string): Promise<DescribedVersion> {
  const version = await openVersion(store, model, sha);
  const { author, message } = version.details;
  const files = new Map<string, FileFacts>();
  for (const file of version.files.filter(({ path }) => isReadForFacts(path))) {
    const size = sizeOf(file);
    if (file.lfs) {
      files.set(file.path, { size, sha256: file.lfs.oid, bytes: undefined });
    } else if (isRemote(store) && !SCORE_FILES.has(file.path)) {
      // To read all files of all versions over the network would take minutes.
      files.set(file.path, { ...NO_CONTENT, size });
    } else {
      files.set(file.path, await readFacts(() => version.read(file.path), size));
    }
  }
  return {
    ...{ commit: sha, date: author.date, author: author.name, branches: [], tag: null },
    subject: message.split('\n', 1)[0] as string,
    ...describeFiles(files),
    isInRepository: false,
  };
}

const SCORE_FILES = new Set(['metrics.json', 'data/datasets.json']);

/** A file that can't be read, or is not the commit's, has no facts; `models verify` names it. */
async function readFacts(read: () => Promise<Buffer>, size: number): Promise<FileFacts> {
  try {
    const bytes = await read();
    return { size, sha256: sha256(bytes), bytes };
  } catch (error) {
    if (error instanceof ModelError) {
      return { ...NO_CONTENT, size };
    }
    throw error;
  }
}

/** Adds what a store says of a version. */
async function addStored(
  { store, model }: LeaderboardSource,
  { pathSet, versions }: StoredPaths,
  aliases: readonly Alias[],
  { isInRepository, ...version }: DescribedVersion,
): Promise<ListedVersion> {
  const { commit } = version;
  const has = (key: string): boolean => pathSet.has(key.slice(model.length + 1));
  const tag =
    version.tag ?? (has(tagKey(model, commit)) ? await readTag(store, model, commit) : null);
  const publication: Publication | undefined = has(publicationKey(model, commit))
    ? await readPublication(store, model, commit)
    : undefined;
  const pinned = aliases.filter((alias) => alias.commit === commit).map(({ alias }) => alias);
  return {
    ...version,
    tag: tag ?? null,
    pinned: pinned.includes(DEFAULT_ALIAS),
    aliases: pinned,
    storedIn: [
      ...(versions.has(commit) ? (['store'] as const) : []),
      ...(isInRepository ? (['repository'] as const) : []),
    ],
    latencyMs: publication?.latencyMs ?? null,
    forced: publication?.forced ?? null,
  };
}

async function mapConcurrently<T, U>(
  items: readonly T[],
  work: (item: T) => Promise<U>,
): Promise<U[]> {
  const results: U[] = [];
  await forEachConcurrently(items.entries(), PARALLEL_READS, async ([index, item]) => {
    results[index] = await work(item);
  });
  return results;
}
