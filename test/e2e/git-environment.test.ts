/** A command reads the repository that its user means, or reports why it can't. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRepository, PLAIN_GIT, runGit, temporaryFolder } from '../support/git-version.ts';
import { BUNDLE, commitOf } from '../support/history.ts';
import { PINNED } from '../support/pinned.ts';
import { MAIN, ROOT, startCommand } from '../support/server.ts';

/** Runs a command in a folder, with the shipped store. */
async function run(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  const { child, exited } = startCommand(
    args,
    { ...PLAIN_GIT, MODEL_STORE: join(ROOT, 'models'), ...env },
    { cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [stdout, stderr, { code }] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { code, stdout, stderr };
}

const showHead = ['models', 'show', 'HEAD', '--json'];

/** A clone of the model repository, at another commit than the bundle's HEAD. */
let clone: string;
beforeAll(() => {
  clone = join(temporaryFolder(), 'clone');
  runGit('.', ['clone', '--quiet', BUNDLE, clone]);
  runGit(clone, ['reset', '--quiet', '--hard', PINNED]);
});

test('in a clone, HEAD is that of the clone', async () => {
  const { stdout } = await run(clone, showHead);
  expect(JSON.parse(stdout).commit).toBe(PINNED);
});

test('messages name the folder of the clone, not the point for it', async () => {
  const store = temporaryFolder();
  const { stderr } = await run(clone, ['models', 'gate', 'HEAD'], { MODEL_STORE: store });
  expect(stderr).toBe(
    `tweet-sentiment: ${clone} has only the git-lfs pointer of model.onnx of ${PINNED}, and ${store} does ` +
      'not have it either: `models pull` copies it from a remote; else name a store that has it, by ' +
      '--model-store, or --from of publish\n',
  );
  const outside = temporaryFolder();
  for (const args of [
    ['push'],
    ['lineage'],
    ['golden', 'make'],
    ['commit', '-m', 'x', '--data', '.'],
  ]) {
    expect((await run(outside, ['models', ...args])).stderr).toBe(
      `tweet-sentiment: ${outside} is not in a git repository\n`,
    );
  }
});

test('in a bare clone, too', async () => {
  const bare = join(temporaryFolder(), 'bare');
  runGit('.', ['clone', '--quiet', '--bare', clone, bare]);
  const { stdout } = await run(bare, showHead);
  expect(JSON.parse(stdout).commit).toBe(PINNED);
});

test('where there is no repository, HEAD is that of the bundle', async () => {
  const { stdout } = await run(temporaryFolder(), showHead);
  expect(JSON.parse(stdout).commit).toBe(commitOf('HEAD'));
});

test('a bundle is read also where git finds no bare repository by itself', async () => {
  const setting = {
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.bareRepository' },
    GIT_CONFIG_VALUE_0: 'explicit',
  };
  const { stdout } = await run(temporaryFolder(), showHead, setting);
  expect(JSON.parse(stdout).commit).toBe(commitOf('HEAD'));
});

describe('a repository that git refuses to read is an error with git’s reason', () => {
  test.each(['the current folder', '--repository'])('as %s', async (how) => {
    const args = how === '--repository' ? [...showHead, how, clone] : showHead;
    const cwd = how === '--repository' ? temporaryFolder() : clone;
    const { code, stdout, stderr } = await run(cwd, args, { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' });
    expect(stderr).toContain('detected dubious ownership in repository');
    expect(stderr).toContain('safe.directory');
    expect([code, stdout]).toEqual([2, '']);
  });

  test('a broken one', async () => {
    const broken = temporaryFolder();
    mkdirSync(join(broken, 'data'));
    execFileSync('sh', ['-c', 'echo "gitdir: /nowhere" > .git'], { cwd: broken });
    const { code, stdout, stderr } = await run(broken, showHead);
    expect(stderr).toMatch(/^tweet-sentiment: git: fatal: not a git repository: /);
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('the variables that git sets for a hook', () => {
  test.each([
    'GIT_DIR',
    'GIT_COMMON_DIR',
    'GIT_OBJECT_DIRECTORY',
    'GIT_WORK_TREE',
    'GIT_INDEX_FILE',
  ])('%s of another repository does not change which one is read', async (variable) => {
    const other = createRepository();
    other.commit({ 'data/datasets.json': '{}' });
    const env = { [variable]: join(other.folder, '.git') };
    const { code, stdout, stderr } = await run(clone, showHead, env);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).commit).toBe(PINNED);
  });

  test('a hook of one repository can read another', async () => {
    const hooked = createRepository();
    const command = `'${process.execPath}' '${MAIN}' models show HEAD --json --repository '${clone}'`;
    hooked.git('config', 'alias.show-other', `!${command}`);
    hooked.commit({ 'README.md': '' });
    const shown = execFileSync('git', ['--git-dir', join(hooked.folder, '.git'), 'show-other'], {
      cwd: hooked.folder,
      encoding: 'utf8',
    });
    expect(JSON.parse(shown).commit).toBe(PINNED);
  });

  test('settings that the caller passes to git stay', async () => {
    const env = {
      GIT_TEST_ASSUME_DIFFERENT_OWNER: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    };
    const { stdout } = await run(clone, showHead, env);
    expect(JSON.parse(stdout).commit).toBe(PINNED);
  });
});
