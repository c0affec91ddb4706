/** tools/ship-version.sh, in a copy of the project, with a version that differs from the pinned one in its card. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, test } from 'vitest';
import { launch } from '../../tools/launch.mjs';
import { PLAIN_GIT, runGit, temporaryFolder } from '../support/git-version.ts';
import { BUNDLE, commitOf, gitLines } from '../support/history.ts';
import { MODEL, MULTILINGUAL, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { MAIN, ROOT } from '../support/server.ts';

const project = join(temporaryFolder(), 'project');
const clone = join(temporaryFolder(), 'clone');
const AUTHOR = { GIT_COMMITTER_NAME: 'C O Mitter', GIT_COMMITTER_EMAIL: 'committer@example.com' };
const env = { ...PLAIN_GIT, ...AUTHOR, GIT_LFS_SKIP_SMUDGE: '1', ...author() };

function author() {
  return { GIT_AUTHOR_NAME: 'A U Thor', GIT_AUTHOR_EMAIL: 'author@example.com' };
}

const git = (...args: string[]): string => runGit(clone, args, { env }).toString().trim();
const inProject = (path: string): string => readFileSync(join(project, path), 'utf8');

/** Commits a version that has the weights of a shipped one. @returns its SHA. */
function commitNext(from: string, tag: string): string {
  git('checkout', '--quiet', '-b', `after-${tag}`, from);
  writeFileSync(join(clone, 'README.md'), `${git('show', 'HEAD:README.md')}\nIn other words.\n`);
  git('commit', '--quiet', '--all', '-m', 'In other words');
  git('tag', tag);
  execFileSync(process.execPath, [MAIN, 'models', 'lfs', 'clean'], {
    cwd: clone,
    input: readFileSync(join(ROOT, 'models', MODEL, from, 'model.onnx')),
  });
  return git('rev-parse', 'HEAD');
}

async function ship(...args: string[]) {
  const { child, exited } = launch(join(project, 'tools/ship-version.sh'), args, {
    env: { ...process.env, ...PLAIN_GIT },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, { code }] = await Promise.all([text(child.stderr as Readable), exited]);
  return { code, stderr };
}

beforeAll(() => {
  for (const path of ['package.json', 'README.md', 'deploy', 'docs', 'models', 'tools']) {
    cpSync(join(ROOT, path), join(project, path), { recursive: true, verbatimSymlinks: true });
  }
  for (const path of ['dist', 'node_modules']) {
    symlinkSync(join(ROOT, path), join(project, path));
  }
  runGit('.', ['clone', '--quiet', BUNDLE, clone], { env });
});

test.each<[string, string[], number, string]>([
  ['no tag', ['v0.0.9'], 1, 'has no tag v0.0.9'],
  ['a tag without a reason', [PINNED_TAG, '--pin'], 2, 'expected <clone> <tag>'],
  ['another option', [PINNED_TAG, '--unpin', 'x'], 2, 'expected <clone> <tag>'],
  ['the pinned one to replace', [PINNED_TAG, '--replace', PINNED_TAG], 1, 'is pinned: --pin'],
  [
    'itself to replace',
    [PINNED_TAG, '--pin', 'x', '--replace', PINNED_TAG],
    1,
    `${PINNED_TAG} replaces itself`,
  ],
  ['one that is not there', [PINNED_TAG, '--replace', 'v0.1.0'], 1, 'v0.1.0 is not in models/'],
])('%s is refused', async (_, args, code, message) => {
  expect(await ship(clone, ...args)).toEqual({ code, stderr: expect.stringContaining(message) });
});

test('a version is shipped and pinned; the one before leaves, and the history has both', async () => {
  const next = commitNext(PINNED, 'v9.1.0');
  const { code, stderr } = await ship(clone, 'v9.1.0', '--pin', 'Better', '--replace', PINNED_TAG);
  expect(code, stderr).toBe(0);

  expect(inProject(`models/${MODEL}/PINNED`)).toBe(`${next}\n`);
  expect(inProject(`models/${MODEL}/${next}.tag`)).toBe('v9.1.0\n');
  const pins = `models/${MODEL}/pins/production`;
  const newest = `${readdirSync(join(project, pins)).length}.json`;
  expect(JSON.parse(inProject(`${pins}/${newest}`))).toMatchObject({
    by: 'C O Mitter <committer@example.com>',
    reason: 'Better',
  });
  const isThere = (name: string): boolean => existsSync(join(project, 'models', MODEL, name));
  expect([PINNED, `${PINNED}.tag`, next, MULTILINGUAL].map(isThere)).toEqual([
    ...[false, false, true, true],
  ]);

  const heads = runGit('.', ['bundle', 'list-heads', join(project, 'models', `${MODEL}.bundle`)]);
  const refs = heads.toString().trim().split('\n');
  // Nothing of what was published is lost or moved.
  const before = gitLines('for-each-ref', '--format=%(objectname) %(refname)');
  expect(before.filter((ref) => !refs.includes(ref))).toEqual([]);
  expect(refs).toContain(`${next} refs/tags/v9.1.0`);
  expect(refs.filter((ref) => ref.endsWith(' HEAD'))).toEqual([`${commitOf('HEAD')} HEAD`]);

  const readme = inProject('README.md');
  expect(readme).toContain(`"commit": "${next}"`);
  expect(readme).toContain(`MODEL_COMMIT=${MULTILINGUAL} npm start`);
  const tutorial = inProject('docs/tutorial.md');
  expect(tutorial).toContain(' beside v9.1.0\n');
  expect(tutorial).toContain(`models show ${next.slice(0, 7)}\n`);
  expect(inProject('deploy/kserve/inference-service.yml')).toContain(`value: ${next}\n`);
});
