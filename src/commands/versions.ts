/** Where the commands find versions: in the store, and in the model repository that is at hand. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { openRepository, type Repository, resolveRevision } from '../repository/git.ts';
import { createRepositoryStore } from '../repository/store.ts';
import { ModelError } from '../version/errors.ts';
import { isFullSha } from '../version/git-objects.ts';
import { openStore } from '../version/stores/open.ts';
import type { Store } from '../version/stores/store.ts';
import { openVersion, resolveCommit, type Version } from '../version/version.ts';
import { configOf, type Flags, withSettings } from './options.ts';
import { warn } from './output.ts';

export interface Versions {
  readonly config: Config;
  /** What MODEL_STORE names. */
  readonly store: Store;
  readonly repository: Repository | undefined;
  /** The repository's versions and the store's. */
  readonly all: Store;
  /**
   * The full SHA of a commit.
   *
   * @param revision a full SHA; with a repository at hand, whatever git takes for a commit; none
   * for the version that would be served.
   */
  resolve(revision?: string): Promise<string>;
  /** Opens a version of the repository or of the store. */
  open(revision?: string): Promise<Version>;
}

/** The flags with which a command says where versions are. */
export function withVersionFlags(
  command: Command,
  settings: readonly (keyof Config)[] = ['modelStore', 'modelName', 'modelCommit'],
): Command {
  return withSettings(command, settings).addOption(
    new Option(
      '--repository <path>',
      'model repository, a clone or a bundle (default: the one that the current folder is in, ' +
        'else <MODEL_STORE>/<MODEL_NAME>.bundle)',
    ),
  );
}

/** Opens store and repository, and closes them when `use` has ended. */
export async function withVersions<T>(
  flags: Flags,
  use: (versions: Versions) => Promise<T>,
): Promise<T> {
  const config = configOf(flags);
  const { modelName, modelCommit } = config;
  const store = openStore(config.modelStore, {
    timeoutMs: config.modelFetchTimeoutMs,
    onRetry: ({ error }) => warn(error.message),
  });
  const location = flags.repository as string | undefined;
  const repository =
    location === undefined ? await repositoryAtHand(config) : await openRepository(location);
  const all = repository ? createRepositoryStore(repository, store) : store;
  try {
    const resolve = async (revision = modelCommit): Promise<string> =>
      repository && revision !== undefined && !isFullSha(revision)
        ? resolveRevision(repository, revision)
        : resolveCommit(store, modelName, revision);
    const open = async (revision?: string): Promise<Version> =>
      openVersion(all, modelName, await resolve(revision));
    return await use({ config, store, repository, all, resolve, open });
  } finally {
    await repository?.close();
  }
}

async function repositoryAtHand(config: Config): Promise<Repository | undefined> {
  const { modelStore, modelName } = config;
  try {
    // Any project is in some git repository; a model repository is told by what it holds.
    const current = await openRepository('.').catch(unlessMissing);
    if (current && (await exists(join(current.folder, 'data', 'datasets.json')))) {
      return current;
    }
    const bundle = join(modelStore, `${modelName}.bundle`);
    return (await exists(bundle)) ? await openRepository(bundle) : undefined;
  } catch (error) {
    // Where git is not installed, as in an image, no repository is at hand, and stores still are.
    if (error instanceof ModelError && error.code === 'tool-failed') {
      return undefined;
    }
    throw error;
  }
}

/** A folder that is in no repository is no error. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof ModelError && error.code === 'bad-reference') {
    return undefined;
  }
  throw error;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
