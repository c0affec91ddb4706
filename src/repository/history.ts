/** The commits of a model repository: who follows whom, what points at them, and which are versions. */
import { MODEL_FILES } from '../artifacts/version-files.ts';
import type { Repository } from './git.ts';

export interface HistoryCommit {
  /** Full SHA. */
  readonly commit: string;
  readonly parents: readonly string[];
  readonly author: string;
  /** When it was authored, ISO 8601 in UTC. */
  readonly date: string;
  /** The first paragraph of its message, in one line. */
  readonly subject: string;
  /** Tags that point at it. */
  readonly tags: readonly string[];
  /** Branches that point at it; those of remotes as `origin/main`. */
  readonly branches: readonly string[];
  /**
   * The branch whose line of first parents has it: where several have, the checked-out one, else the first by
   * name, local before remote. Undefined for what only merges and tags reach.
   */
  readonly branch: string | undefined;
  /** Whether it has the files that a classifier is loaded from. */
  readonly isVersion: boolean;
}

export interface History {
  /** Children before their parents, otherwise newest first. */
  readonly commits: readonly HistoryCommit[];
  /** False where the repository has more commits than were read. */
  readonly isComplete: boolean;
}

export interface HistoryOptions {
  /** Also the commits at which neither a branch nor a tag points, and that are not checked out. */
  readonly all?: boolean;
  /** How many commits are read at most. */
  readonly maxCommits?: number;
}

const MAX_COMMITS = 10_000;

/**
 * Reads the commits that branches, tags and HEAD reach, in two processes of git. A repository without commits has none.
 *
 * @throws GitError where git can't read the repository.
 */
export async function readHistory(
  repository: Repository,
  { all = false, maxCommits = MAX_COMMITS }: HistoryOptions = {},
): Promise<History> {
  const logged = await readLog(repository, maxCommits + 1);
  const isComplete = logged.length <= maxCommits;
  const branches = assignBranches(logged);
  const shown = logged.slice(0, maxCommits).filter(({ refs }) => all || refs.some(isNamed));
  const versions = await findVersions(
    repository,
    shown.map(({ commit }) => commit),
  );
  return {
    isComplete,
    commits: shown.map(({ head: _, refs, ...commit }) => ({
      ...commit,
      tags: namesBelow('refs/tags/', refs),
      branches: branchesOf(refs),
      branch: branches.get(commit.commit),
      isVersion: versions.has(commit.commit),
    })),
  };
}

type LoggedCommit = Pick<HistoryCommit, 'commit' | 'parents' | 'author' | 'date' | 'subject'> & {
  /** Full names of what points at it, such as `refs/heads/main`. */
  readonly refs: readonly string[];
  /** Full name of the checked-out branch, where it points at this commit. */
  readonly head: string | undefined;
};

/** Each ends with a NUL, which no field can have. */
const FIELDS = ['%H', '%P', '%aN', '%at', '%s', '%D'];

const DECORATIONS = ['HEAD', 'refs/heads', 'refs/remotes', 'refs/tags'];

async function readLog({ git }: Repository, maxCommits: number): Promise<LoggedCommit[]> {
  const output = await git(
    'log',
    // HEAD may be at none of them; a repository without commits has no HEAD.
    ...[
      '--ignore-missing',
      'HEAD',
      '--branches',
      '--remotes',
      '--tags',
      '--date-order',
      `--max-count=${maxCommits}`,
    ],
    // An explicit list takes precedence over `log.excludeDecoration` of the user.
    ...['--decorate=full', ...DECORATIONS.map((ref) => `--decorate-refs=${ref}`)],
    ...['--no-show-signature', '-z', `--format=${FIELDS.join('%x00')}`],
  );
  const fields = output.split('\0');
  const commits: LoggedCommit[] = [];
  for (let at = 0; at + FIELDS.length <= fields.length; at += FIELDS.length) {
    const [commit = '', parents = '', author = '', seconds = '', subject = '', names = ''] =
      fields.slice(at, at + FIELDS.length);
    commits.push({
      commit,
      parents: parents.split(' ').filter(Boolean),
      author,
      date: dateOf(Number(seconds)),
      subject,
      ...parseRefs(names),
    });
  }
  return commits;
}

/** git keeps any number of seconds; one that is no date is that of the epoch, as where a commit has none. */
function dateOf(seconds: number): string {
  return new Date(Math.abs(seconds) <= MAX_SECONDS ? seconds * 1000 : 0).toISOString();
}

/** The end of the year 9999. */
const MAX_SECONDS = 253_402_300_799;

/** `%D` with full names, such as `HEAD -> refs/heads/main, tag: refs/tags/v1.0.0`: no name has a blank. */
function parseRefs(names: string): Pick<LoggedCommit, 'refs' | 'head'> {
  const [, head] = /^HEAD -> (refs\/heads\/[^ ]+?)(?:, |$)/.exec(names) ?? [];
  const refs = names.split(', ').map((name) => name.replace(/^(?:HEAD -> |tag: )/, ''));
  return { refs: refs.filter((ref) => !REMOTE_HEAD.test(ref)).sort(), head };
}

/** It is another name of one of the remote's branches. */
const REMOTE_HEAD = /^refs\/remotes\/.*\/HEAD$/;

function isNamed(ref: string): boolean {
  return ref === 'HEAD' || /^refs\/(?:heads|remotes|tags)\//.test(ref);
}

function namesBelow(folder: string, refs: readonly string[]): string[] {
  return refs.filter((ref) => ref.startsWith(folder)).map((ref) => ref.slice(folder.length));
}

function branchesOf(refs: readonly string[]): string[] {
  return [...namesBelow('refs/heads/', refs), ...namesBelow('refs/remotes/', refs)];
}

/** The branch of each commit on a line of first parents, by SHA. */
function assignBranches(commits: readonly LoggedCommit[]): ReadonlyMap<string, string> {
  const firstParents = new Map(commits.map(({ commit, parents }) => [commit, parents[0]]));
  const assigned = new Map<string, string>();
  const assign = (tip: string, branch: string): void => {
    let commit: string | undefined = tip;
    while (commit !== undefined && !assigned.has(commit)) {
      assigned.set(commit, branch);
      commit = firstParents.get(commit);
    }
  };
  const tips = commits.flatMap(({ commit, refs }) => refs.map((ref) => ({ commit, ref })));
  const heads = commits.flatMap(({ commit, head }) => (head ? [{ commit, ref: head }] : []));
  for (const folder of ['refs/heads/', 'refs/remotes/']) {
    const ordered = tips.filter(({ ref }) => ref.startsWith(folder)).sort(byRef);
    for (const { commit, ref } of folder === 'refs/heads/' ? [...heads, ...ordered] : ordered) {
      assign(commit, ref.slice(folder.length));
    }
  }
  return assigned;
}

function byRef(a: { readonly ref: string }, b: { readonly ref: string }): number {
  return a.ref < b.ref ? -1 : 1;
}

/** Those of the commits that have the files of a model. */
async function findVersions(
  { gitBytes }: Repository,
  commits: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = commits.flatMap((commit) => MODEL_FILES.map((path) => `${commit}:${path}\n`));
  const output = await gitBytes(['cat-file', '--batch-check=%(objecttype)'], names.join(''));
  const lines = output.toString('utf8').split('\n');
  return new Set(
    commits.filter((_, index) =>
      MODEL_FILES.every((_path, file) => lines[index * MODEL_FILES.length + file] === 'blob'),
    ),
  );
}
