/** Reads what the page of the history shows, from a repository and a store. Nothing is written. */
import { LRUCache } from 'lru-cache';
import type { ModelHistory, VersionCard, VersionChanges } from '../../api/history.ts';
import { readArtifact } from '../../artifacts/read.ts';
import { shortCommit } from '../../terminal/quantities.ts';
import { ModelError, messageOf } from '../../version/errors.ts';
import { isFullSha } from '../../version/git-objects.ts';
import type { Store } from '../../version/stores/store.ts';
import { openVersion, type Version } from '../../version/version.ts';
import { listAliases } from '../aliases.ts';
import type { Change } from '../diff/change.ts';
import { diffVersions } from '../diff/diff.ts';
import { summarizeDiff } from '../diff/summary.ts';
import type { Inspect } from '../diff/weights.ts';
import type { Repository } from '../git.ts';
import { createRepositoryStore, type Missing } from '../store.ts';
import { readCard } from './card.ts';
import { withBlobsOf } from './files.ts';
import { type KnownScores, listRepository, listStore } from './list.ts';
import { createRepositorySource } from './source.ts';
import { viewDiff, viewPrimaryScores, viewProfile } from './views.ts';

export interface HistoryReaderOptions {
  readonly model: string;
  readonly store: Store;
  /** A clone or a bundle; without one, the history is that of the store. */
  readonly repository: string | undefined;
  /** Reads inputs and outputs of weights; without it, they are compared by size and digest. */
  readonly inspect?: Inspect;
}

export interface HistoryReader {
  readHistory(): Promise<ModelHistory>;
  /** @throws ModelError where there is no such version, or it is not that of the SHA. */
  readCard(commit: string): Promise<VersionCard>;
  /**
   * What a version has changed.
   *
   * @param since the version before; without it, the first parent.
   * @throws ModelError as `readCard`; `unfit` where a file can't be compared.
   */
  readChanges(commit: string, since?: string): Promise<VersionChanges>;
  close(): Promise<void>;
}

const WITHOUT_REPOSITORY =
  'Only the versions of the store are listed: there is no model repository here, or git is not installed. ' +
  '`models ui --repository <clone or bundle>` shows all commits.';

/** Cards, and comparisons: a commit never changes. */
const KEPT = 16;

export function createHistoryReader(options: HistoryReaderOptions): HistoryReader {
  const { model, store } = options;
  const source = createRepositorySource(options.repository);
  const scores: KnownScores = new Map();
  const cards = new LRUCache<string, VersionCard>({ max: KEPT });
  const changes = new LRUCache<string, VersionChanges>({ max: KEPT });

  const open = async (repository: Repository | undefined, commit: string): Promise<Version> => {
    if (!isFullSha(commit)) {
      throw new ModelError('bad-reference', `a version is named by its full SHA, found ${commit}`);
    }
    if (!repository) {
      return openVersion(store, model, commit);
    }
    const version = await openVersion(
      createRepositoryStore(repository, store, describeForPage),
      model,
      commit,
    );
    // A version of the store may be missing in the repository.
    return withBlobsOf(repository, version).catch((error: unknown) => {
      messageOf(error);
      return version;
    });
  };
  return {
    readHistory: () =>
      source.use(async (repository) => {
        const listing = repository
          ? await listRepository(repository, scores)
          : await listStore(store, model);
        const [notes, pins] = await readPins(store, model);
        return {
          model,
          source: nameOf(repository?.location ?? store.location),
          ...{ commits: listing.commits, score: listing.score },
          notes: [...(repository ? [] : [WITHOUT_REPOSITORY]), ...listing.notes, ...notes],
          pins,
        };
      }),
    readCard: (commit) =>
      keep(cards, commit, () =>
        source.use(async (repository) => readCard(await open(repository, commit))),
      ),
    readChanges: async (commit, since) => {
      return source.use(async (repository) => {
        const after = await open(repository, commit);
        const before = since ?? after.details.parents[0];
        if (before === undefined) {
          throw new ModelError('bad-reference', `${commit} has no parent to compare it with`);
        }
        return keep(changes, `${before} ${commit}`, async () => {
          const versions = { old: await open(repository, before), new: after };
          return compare(versions, options.inspect);
        });
      });
    },
    close: source.close,
  };
}

async function keep<T extends object>(
  cache: LRUCache<string, T>,
  key: string,
  read: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key);
  if (known) {
    return known;
  }
  const value = await read();
  cache.set(key, value);
  return value;
}

/** The last part of a path or of an address: the rest is not for every reader of the page. */
function nameOf(location: string): string {
  return location.split('/').filter(Boolean).at(-1) ?? location;
}

/** What a reader of the page can know, and do: the folders of this machine are not for every reader. */
function describeForPage({ repository, fallback, commit, pointer }: Missing): string {
  const where = `neither in ${nameOf(repository.location)} nor in the store ${nameOf(fallback.location)}`;
  if (pointer === undefined) {
    return `The version ${commit} is ${where}`;
  }
  const pull = repository.hasWorkTree ? ': `models pull` copies them from a remote' : '';
  return `the bytes of ${pointer} of ${shortCommit(commit)} are ${where}${pull}`;
}

/** What each alias of the store pins; a store without any is normal, another failure is shown. */
async function readPins(
  store: Store,
  model: string,
): Promise<[notes: string[], pins: ModelHistory['pins']]> {
  const notes: string[] = [];
  const pins: { alias: string; commit: string }[] = [];
  try {
    for (const { alias, commit } of await listAliases(store, model)) {
      if (commit !== null && isFullSha(commit)) {
        pins.push({ alias, commit });
      } else if (commit !== null) {
        notes.push(`${alias} is pinned, but not to a full SHA: ${commit.slice(0, 80)}`);
      }
    }
  } catch (error) {
    notes.push(messageOf(error));
  }
  return [notes, pins];
}

async function compare(
  versions: { readonly old: Version; readonly new: Version },
  inspect: Inspect | undefined,
): Promise<VersionChanges> {
  const diff = await diffVersions(versions, inspect);
  const [metrics, datasets, profiles] = await Promise.all([
    readBoth(versions, (version) => readArtifact(version, 'metrics.json')),
    readBoth(versions, (version) => readArtifact(version, 'data/datasets.json')),
    readBoth(versions, async (version) => {
      const profile = await readArtifact(version, 'profile.json');
      return profile && viewProfile(profile);
    }),
  ]);
  return {
    old: versions.old.commit,
    new: versions.new.commit,
    summary: summarizeDiff({ diff, metrics, datasets }),
    diff: viewDiff(diff),
    scores: viewPrimaryScores(metrics, datasets),
    profiles,
  };
}

/** A side that can't be read is undefined: its card has the reason, and a diff of it is refused before. */
async function readBoth<T>(
  versions: { readonly old: Version; readonly new: Version },
  read: (version: Version) => Promise<T | undefined>,
): Promise<Change<T>> {
  const readSide = (version: Version): Promise<T | undefined> =>
    read(version).catch((error: unknown) => {
      messageOf(error);
      return undefined;
    });
  return { old: await readSide(versions.old), new: await readSide(versions.new) };
}
