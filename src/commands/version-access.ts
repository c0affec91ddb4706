/** How commands find versions: in the model repository, if there is one, and in the store. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { mismatch } from '../errors.ts';
import { openRepository, type Repository, resolveRevision } from '../repository/git.ts';
import { createRepositoryStore } from '../repository/store.ts';
import { hasCode, ModelError } from '../version/errors.ts';
import { isFullSha } from '../version/git-objects.ts';
import { openStore } from '../version/stores/open.ts';
import type { Store } from '../version/stores/store.ts';
import { openVersion, resolveCommit, type Version } from '../version/version.ts';
import { commandConfigOf, type Flags, withCommandSettings } from './options.ts';
import { retryWarning } from './output.ts';

export interface VersionAccess {
  readonly config: Config;
  /** The store that MODEL_STORE names. */
  readonly store: Store;
  /** The model repository; undefined where there is none. */
  readonly repository: Repository | undefined;
  /** Reads from the repository first, then from the store. */
  readonly anyStore: Store;
  /**
   * The full SHA of a commit.
   *
   * @param revision a full SHA, or with a repository any revision of git; without it, the version
   * that the server would serve.
   * @throws ModelError `bad-reference` where it names no commit, or more than one.
   */
  resolve(revision?: string): Promise<string>;
  /** Opens a version of the repository or of the store. @throws ModelError where there is none. */
  open(revision?: string): Promise<Version>;
}

/** What a command takes as a commit, for its help. */
export const REVISION =
  'full SHA; with a model repository, any git revision, such as a branch or tag';
export const SERVED_REVISION = `${REVISION} (default: the version that the server would serve)`;

/** Adds the flags that name the store and the repository to a command. */
export function withVersionFlags(
  command: Command,
  settings: readonly (keyof Config)[] = ['modelStore', 'modelName', 'modelCommit'],
): Command {
  return withCommandSettings(command, [...settings, 'modelFetchTimeoutMs']).addOption(
    new Option(
      '--repository <path>',
      'model repository: a git clone or a bundle file (default: the clone that the current folder ' +
        'is in, else <MODEL_STORE>/<MODEL_NAME>.bundle)',
    ),
  );
}

/** Opens store and repository for the duration of `use`. */
export async function withVersionAccess<T>(
  flags: Flags,
  use: (versions: VersionAccess) => Promise<T>,
): Promise<T> {
  const versions = await openVersionAccess(flags);
  try {
    return await use(versions);
  } finally {
    await versions.close();
  }
}

/** Opens store and repository, to be closed by the caller. */
export async function openVersionAccess(
  flags: Flags,
): Promise<VersionAccess & { close(): Promise<void> }> {
  const config = commandConfigOf(flags);
  const store = openConfiguredStore(config.modelStore, config);
  const location = flags.repository as string | undefined;
  const repository =
    location === undefined ? await findRepository(config) : await openRepository(location);
  const anyStore = repository ? createRepositoryStore(repository, store) : store;
  const resolve = (revision?: string): Promise<string> =>
    resolveWith({ config, store, repository }, revision);
  return {
    ...{ config, store, repository, anyStore, resolve },
    open: async (revision) => openVersion(anyStore, config.modelName, await resolve(revision)),
    close: async () => repository?.close(),
  };
}

/** Opens a store with the timeout of the settings, for a command that reports each reason to wait. */
export function openConfiguredStore(location: string, { modelFetchTimeoutMs }: Config): Store {
  return openStore(location, {
    timeoutMs: modelFetchTimeoutMs,
    onRetry: retryWarning(modelFetchTimeoutMs),
  });
}

/** @throws ModelError `bad-reference` where the revision names no commit. */
async function resolveWith(
  { config, store, repository }: Pick<VersionAccess, 'config' | 'store' | 'repository'>,
  given: string | undefined,
): Promise<string> {
  const { modelName, modelCommit, modelAlias } = config;
  const revision = given ?? modelCommit;
  if (revision !== undefined && !isFullSha(revision) && repository) {
    return resolveRevision(repository, revision);
  }
  if (given === undefined || isFullSha(given)) {
    return resolveCommit(store, modelName, revision, modelAlias);
  }
  const found = JSON.stringify(given.slice(0, MAX_SHOWN_LENGTH));
  throw new ModelError(
    'bad-reference',
    `${mismatch('commit', 'a full SHA (40 or 64 lower-case hex digits)', found)}: a branch, a tag or a ` +
      'short SHA needs a model repository: run the command in a clone of it, or name a clone or bundle ' +
      `with --repository (${store.location} has no ${modelName}.bundle)`,
  );
}

const MAX_SHOWN_LENGTH = 80;

/**
 * The repository that the current folder is in, if it is a model repository, else the store's bundle.
 *
 * @throws ModelError where git refuses to read the repository: another one would answer in its place.
 */
async function findRepository({ modelStore, modelName }: Config): Promise<Repository | undefined> {
  try {
    const current = await openCurrentRepository();
    if (current && (await isModelRepository(current))) {
      return current;
    }
    const bundle = join(modelStore, `${modelName}.bundle`);
    return (await exists(bundle)) ? await openRepository(bundle) : undefined;
  } catch (error) {
    // Without git, as in a container image, stores still work.
    if (hasCode(error, 'tool-missing')) {
      return undefined;
    }
    throw error;
  }
}

/** True where the working tree or, as in a bare repository, HEAD has the data of a version. */
async function isModelRepository({ folder, git }: Repository): Promise<boolean> {
  const path = 'data/datasets.json';
  return (
    (await exists(join(folder, path))) ||
    (await git('cat-file', '-e', `HEAD:${path}`).then(
      () => true,
      () => false,
    ))
  );
}

/** @returns undefined where the current folder is not in a git repository. */
async function openCurrentRepository(): Promise<Repository | undefined> {
  try {
    return await openRepository('.');
  } catch (error) {
    if (hasCode(error, 'bad-reference')) {
      return undefined;
    }
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
