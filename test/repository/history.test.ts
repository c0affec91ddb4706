import { expect, test } from 'vitest';
import { openRepository } from '../../src/repository/git.ts';
import { readHistory } from '../../src/repository/history.ts';
import { createRepository, runGit } from '../support/git-version.ts';
import { BUNDLE, commitOf, gitLines, HISTORY, NAMED } from '../support/history.ts';

const VERSION = { 'model.onnx': 'm', 'tokenizer.json': '{}', 'config.json': '{}' };

async function shippedHistory(all: boolean) {
  const repository = await openRepository(BUNDLE);
  try {
    return (await readHistory(repository, { all })).commits;
  } finally {
    await repository.close();
  }
}

test('the shipped history: parents, author, date, subject, tags and branches', async () => {
  const commits = await shippedHistory(true);
  expect(commits.map(({ commit }) => commit)).toEqual(HISTORY);
  expect(commits.find(({ tags }) => tags[0] === 'v1.1.0')).toEqual({
    commit: '65515c62035f050468013a14016e7f6bee2a5ca5',
    parents: [commitOf('v1.0.0')],
    author: 'tweet-sentiment maintainers',
    date: '2026-11-26T18:56:55.000Z',
    subject: 'Classify from the first token, in a graph made for the runtime',
    tags: ['v1.1.0'],
    branches: ['first-token'],
    // The first by name of those on whose line it is.
    branch: gitLines('branch', '--contains', 'v1.1.0', '--format=%(refname:short)')[0],
    isVersion: true,
  });
  expect(commits.find(({ tags }) => tags[0] === 'v1.0.0')).toMatchObject({
    branches: [],
    branch: 'main',
    isVersion: true,
  });
});

test('without `all`, what a branch or a tag points at', async () => {
  const commits = await shippedHistory(false);
  expect(commits.map(({ commit }) => commit)).toEqual(NAMED);
  const refs = ['tags', 'heads'].map((kind) =>
    gitLines('for-each-ref', '--format=%(refname:short)', `refs/${kind}`).toSorted(),
  );
  expect(commits.flatMap(({ tags }) => tags).toSorted()).toEqual(refs[0]);
  expect(commits.flatMap(({ branches }) => branches).toSorted()).toEqual(refs[1]);
});

test('a repository without commits, and one whose commits are no versions', async () => {
  const created = createRepository();
  const repository = await openRepository(created.folder);
  expect(await readHistory(repository)).toEqual({ commits: [], isComplete: true });
  created.commit({ 'README.md': '# 1' });
  created.commit(VERSION);
  created.commit({ ...VERSION, 'model.onnx': 'n', 'a file': 'b' });
  const { commits } = await readHistory(repository, { all: true });
  expect(commits.map(({ isVersion }) => isVersion)).toEqual([true, true, false]);
});

test('the branch of a commit is the one on whose line it is, not one that merged it', async () => {
  const created = createRepository();
  const commits: Record<string, string> = {};
  const commit = (name: string): void => {
    commits[name] = created.commit({ name }, name);
  };
  commit('base');
  created.git('checkout', '-q', '-b', 'a/feature');
  commit('feature 1');
  commit('feature 2');
  created.git('checkout', '-q', 'main');
  commit('main 1');
  created.git('merge', '-q', '-s', 'ours', '-m', 'merge', 'a/feature');
  created.git('checkout', '-q', '-b', 'short', commits['feature 1'] as string);
  commit('short');
  created.git('branch', '-q', '-D', 'a/feature');
  // As a user's settings may have it.
  created.git('config', 'log.excludeDecoration', 'refs/heads/*');
  const history = await readHistory(await openRepository(created.folder), { all: true });
  expect(Object.fromEntries(history.commits.map((each) => [each.subject, each.branch]))).toEqual({
    base: 'short',
    'feature 1': 'short',
    'feature 2': undefined,
    'main 1': 'main',
    merge: 'main',
    short: 'short',
  });
});

test('names in UTF-8, tags and branches of a remote', async () => {
  const created = createRepository();
  const commit = created.commit({ file: '1' }, 'Größe\u001f, „neu“');
  created.git('tag', '-a', 'größe,1', '-m', 'annotated');
  created.git('update-ref', 'refs/remotes/origin/main', commit);
  created.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  created.git('update-ref', 'refs/notes/other', commit);
  const { commits } = await readHistory(await openRepository(created.folder));
  expect(commits).toMatchObject([
    {
      subject: 'Größe\u001f, „neu“',
      tags: ['größe,1'],
      branches: ['main', 'origin/main'],
      branch: 'main',
    },
  ]);
});

test.each([
  ['99999999999999', '1970-01-01T00:00:00.000Z'],
  ['9999999999999999', '1970-01-01T00:00:00.000Z'],
  ['18446744073709551615', '1970-01-01T00:00:00.000Z'],
  ['253402300799', '9999-12-31T23:59:59.000Z'],
])('a commit of second %s is of %s', async (seconds, date) => {
  const created = createRepository();
  const tree = created.git('write-tree').trim();
  const who = `A <a@example.com> ${seconds} +0000`;
  const object = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nodd\n`;
  const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'];
  const commit = runGit(created.folder, args, { input: object }).toString().trim();
  created.git('update-ref', 'refs/heads/main', commit);
  const { commits } = await readHistory(await openRepository(created.folder));
  expect(commits.map((each) => each.date)).toEqual([date]);
});

test('commits and trees are those of their ids, not what `git replace` puts in their place', async () => {
  const created = createRepository();
  const old = created.commit({ name: '1' }, 'old');
  const replaced = created.commit({ name: '2' }, 'new');
  created.git('replace', replaced, old);
  const { commits } = await readHistory(await openRepository(created.folder), { all: true });
  expect(commits.map(({ subject }) => subject)).toEqual(['new', 'old']);
});

test('what is checked out without a branch is there, too', async () => {
  const created = createRepository();
  created.commit({ name: '1' }, 'main');
  created.git('checkout', '-q', '--detach');
  created.commit({ name: '2' }, 'between');
  created.commit({ name: '3' }, 'detached');
  const repository = await openRepository(created.folder);
  const subjects = async (all: boolean) =>
    (await readHistory(repository, { all })).commits.map(({ subject }) => subject);
  expect(await subjects(false)).toEqual(['detached', 'main']);
  expect(await subjects(true)).toEqual(['detached', 'between', 'main']);
});

test('no more commits are read than allowed, and that is reported', async () => {
  const created = createRepository();
  for (const name of ['1', '2', '3']) {
    created.commit({ name }, name);
  }
  const repository = await openRepository(created.folder);
  const subjects = async (maxCommits: number) => {
    const { commits, isComplete } = await readHistory(repository, { all: true, maxCommits });
    return [commits.map(({ subject }) => subject), isComplete];
  };
  expect(await subjects(2)).toEqual([['3', '2'], false]);
  expect(await subjects(3)).toEqual([['3', '2', '1'], true]);
});
