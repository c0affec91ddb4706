/**
 * Where the bytes of git-lfs files are shared: a folder, a bucket or a web server. The layout is that of git-lfs
 * itself, so a bare repository on a file system is such a folder.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasCode, ModelError } from '../../version/errors.ts';
import { createFolderStore } from '../../version/stores/folder.ts';
import { openStore } from '../../version/stores/open.ts';
import type { RetryOptions } from '../../version/stores/retry.ts';
import type { Store } from '../../version/stores/store.ts';
import { openRepository, type Repository } from '../git.ts';
import { GitError } from '../run-git.ts';

/** The committed file in which git-lfs finds the address; every clone has it. */
export const LFS_CONFIG = '.lfsconfig';
const LFS_URL = 'lfs.url';

/** Where a store of weights has an object. */
export function remoteKey(oid: string): string {
  return `lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`;
}

export interface FindRemoteOptions {
  /** As the user named it; without it, the one of the repository. */
  readonly given?: string | undefined;
  /** The git remote whose address is used where no address of weights is recorded. */
  readonly gitRemote?: string | undefined;
  readonly retry: RetryOptions;
}

/**
 * Opens the remote of a repository: the given one, else that of `lfs.url` (in git's settings or `.lfsconfig`), else
 * the git remote where it is a repository on this file system.
 *
 * @throws ModelError `bad-reference` where there is none, naming what to do.
 */
export async function findRemote(
  repository: Repository,
  { given, gitRemote, retry }: FindRemoteOptions,
): Promise<Store> {
  const address = given ?? (await readLfsUrl(repository));
  if (address === undefined) {
    return openGitRemote(repository, gitRemote);
  }
  if (given === undefined && /^https?:/i.test(address)) {
    throw new ModelError(
      'bad-reference',
      `${LFS_URL} is ${address}, which is a git-lfs server: \`git lfs push\` and \`git lfs pull\` use it; a web ` +
        'server with the files is named by --remote',
    );
  }
  return openAddress(address, retry);
}

/** The address that is recorded for the weights, in git's settings or in the committed `.lfsconfig`. */
export async function readLfsUrl(repository: Repository): Promise<string | undefined> {
  const config = repository.hasWorkTree
    ? ['--file', join(repository.folder, LFS_CONFIG)]
    : ['--blob', `HEAD:${LFS_CONFIG}`];
  return (await getConfig(repository, [])) ?? getConfig(repository, config);

  async function getConfig({ git }: Repository, source: string[]): Promise<string | undefined> {
    try {
      return (await git('config', ...source, '--get', LFS_URL)).trim() || undefined;
    } catch (error) {
      // Not set, or there is no such file.
      if (error instanceof GitError) {
        return undefined;
      }
      throw error;
    }
  }
}

/** True for an address that git-lfs itself can't transfer to: this program does it as its agent. */
export function needsAgent(address: string | undefined): boolean {
  return /^s3:/i.test(address ?? '');
}

async function openAddress(address: string, retry: RetryOptions): Promise<Store> {
  if (/^file:/i.test(address)) {
    return openFolder(fileURLToPath(address));
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return openFolder(address);
  }
  if (!['s3', 'http', 'https'].includes(scheme)) {
    throw new ModelError(
      'bad-reference',
      'a remote of weights is a folder, s3://bucket/prefix or, to pull from, https://host/prefix; ' +
        `found ${JSON.stringify(address)}`,
    );
  }
  return openStore(address, retry);
}

/** A folder; where it is a git repository, the place in which git-lfs looks. */
async function openFolder(path: string): Promise<Store> {
  return createFolderStore((await gitFolderOf(path)) ?? path);
}

/** The folder that has git's objects; undefined for one that is not itself a repository. */
async function gitFolderOf(path: string): Promise<string | undefined> {
  try {
    const { folder, lfsFolder } = await openRepository(path);
    return folder === (await realpath(path)) ? join(lfsFolder, '..') : undefined;
  } catch (error) {
    if (hasCode(error, 'bad-reference')) {
      return undefined;
    }
    throw error;
  }
}

async function openGitRemote(
  repository: Repository,
  gitRemote: string | undefined,
): Promise<Store> {
  const name = gitRemote ?? (await defaultGitRemote(repository));
  const address = await remoteAddress(repository, name);
  const path = /^file:/i.test(address) ? fileURLToPath(address) : address;
  const isElsewhere = path === '' || /^[\w.@-]+:/.test(path);
  const folder = isElsewhere ? undefined : await gitFolderOf(path);
  if (folder === undefined) {
    throw new ModelError(
      'bad-reference',
      `no remote for the weights is known: ${describeGitRemote(name, address)}. Name one with --remote, or ` +
        `record it for every clone: git config -f ${LFS_CONFIG} ${LFS_URL} s3://bucket/prefix`,
    );
  }
  return createFolderStore(folder);
}

function describeGitRemote(name: string, address: string): string {
  return address === ''
    ? `this clone has no git remote ${name}`
    : `the git remote ${name}, ${address}, is not a repository on this file system`;
}

/** That of the checked-out branch; else, as in git, `origin`. */
async function defaultGitRemote({ git }: Repository): Promise<string> {
  try {
    const branch = (await git('symbolic-ref', '--quiet', '--short', 'HEAD')).trim();
    return (await git('config', '--get', `branch.${branch}.remote`)).trim();
  } catch (error) {
    if (error instanceof GitError) {
      return 'origin';
    }
    throw error;
  }
}

/** git-lfs names a remote by its name or its address. @returns an empty text where there is none. */
async function remoteAddress({ git }: Repository, name: string): Promise<string> {
  try {
    return (await git('remote', 'get-url', name)).trim();
  } catch (error) {
    if (error instanceof GitError) {
      return /[/:]/.test(name) ? name : '';
    }
    throw error;
  }
}
