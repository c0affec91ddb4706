/** A repository with git-lfs files in a few commits, a bare remote of it, and clones. git-lfs is not needed. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openRepository, type Repository } from '../../../src/repository/git.ts';
import { objectPath, storeLfsObject } from '../../../src/repository/lfs.ts';
import {
  createRepository,
  runGit,
  type Repository as TestRepository,
  temporaryFolder,
} from '../../support/git-version.ts';

export interface Author {
  readonly created: TestRepository;
  readonly repository: Repository;
  /** The bare repository that is the clone's `origin`. */
  readonly bare: string;
  /** Commits `model.onnx` and stores its bytes. @returns the SHA. */
  commit(weights: Buffer, message?: string): Promise<string>;
  pushGit(): void;
}

export async function createAuthor(): Promise<Author> {
  const created = createRepository({ lfs: ['model.onnx'] });
  const repository = await openRepository(created.folder);
  const bare = join(temporaryFolder(), 'model.git');
  created.git('init', '-q', '--bare', '--initial-branch=main', bare);
  created.git('remote', 'add', 'origin', bare);
  return {
    created,
    repository,
    bare,
    commit: async (weights, message) => {
      await storeLfsObject(repository.lfsFolder, weights);
      return created.commit({ 'model.onnx': weights, 'README.md': '# A model' }, message);
    },
    pushGit: () => void created.git('push', '-q', 'origin', 'main'),
  };
}

export async function clone(source: string): Promise<Repository> {
  const folder = join(temporaryFolder(), 'clone');
  runGit('.', ['clone', '-q', source, folder]);
  return openRepository(folder);
}

export const oidOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Where a folder has an object, as git-lfs lays it out. */
export const objectIn = (folder: string, bytes: Buffer): string =>
  objectPath(join(folder, 'lfs'), oidOf(bytes));

export function writeObject(folder: string, bytes: Buffer, content: Buffer = bytes): void {
  const path = objectIn(folder, bytes);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
