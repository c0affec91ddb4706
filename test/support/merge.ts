/** Merges in real repositories, with the built command as git's driver. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRepository, type Repository } from './git-version.ts';
import { MAIN } from './server.ts';

export const PATIENCE_MS = 180_000;

export interface Merge {
  readonly repository: Repository;
  /** git's exit code: 1 for conflicts. */
  readonly code: number | null;
  readonly output: string;
  /** What is on disk afterwards. */
  read(path: string): Buffer;
}

export type Files = Readonly<Record<string, string | Buffer>>;

/** Merges a branch into another, which both come from one base. */
export function merge(
  { base, ours, theirs }: { base: Files; ours: Files; theirs: Files },
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): Merge {
  const repository = createRepository({ objectFormat });
  configureDriver(repository);
  repository.commit(base);
  repository.git('branch', 'other');
  repository.commit(ours, 'Ours');
  repository.git('checkout', '-q', 'other');
  repository.commit(theirs, 'Theirs');
  repository.git('checkout', '-q', 'main');
  return { repository, ...runMerge(repository) };
}

export function configureDriver({ git, folder }: Repository): void {
  const words = [process.execPath, MAIN].map((word) => `'${word}'`).join(' ');
  git('config', 'merge.tweet-sentiment.driver', `${words} models merge-driver %O %A %B %P`);
  git('config', 'user.name', 'A U Thor');
  git('config', 'user.email', 'author@example.com');
  writeFileSync(join(folder, '.git/info/attributes'), '* merge=tweet-sentiment\n');
}

export function runMerge({ folder }: Repository): Omit<Merge, 'repository'> {
  const { status, stdout, stderr } = spawnSync(
    'git',
    ['-C', folder, 'merge', '-m', 'Both', 'other'],
    { encoding: 'utf8', timeout: PATIENCE_MS },
  );
  return {
    code: status,
    output: stdout + stderr,
    read: (path) => readFileSync(join(folder, path)),
  };
}
