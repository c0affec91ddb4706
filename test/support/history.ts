/**
 * The shipped history of the model. Its commits never change, so a test may state facts of a tagged version; how
 * many there are and which are newest is read of git.
 */
import { join } from 'node:path';
import { runGit, temporaryFolder } from './git-version.ts';
import { MODEL } from './pinned.ts';
import { ROOT } from './server.ts';

export const BUNDLE = join(ROOT, 'models', `${MODEL}.bundle`);

const bare = join(temporaryFolder(), `${MODEL}.git`);
runGit('.', ['clone', '--quiet', '--mirror', BUNDLE, bare]);

/** Asks plain git. @returns the lines of its output. */
export function gitLines(...args: string[]): string[] {
  return runGit(bare, args).toString().split('\n').filter(Boolean);
}

/** @returns the full SHA of a tag, a branch or a parent, such as `v2.0.0^2`. */
export function commitOf(name: string): string {
  return gitLines('rev-parse', '--verify', `${name}^{commit}`)[0] as string;
}

/** The SHAs of all commits, the newest first. */
export const HISTORY = gitLines('log', '--all', '--date-order', '--format=%H');

/** Those of them that a branch or a tag names. */
export const NAMED = HISTORY.filter(
  (() => {
    const names = gitLines('for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags');
    const commits = new Set(names.map(commitOf));
    return (commit: string) => commits.has(commit);
  })(),
);
