/** The bytes of a version that is not published, from one clone to another, without git-lfs. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatBytes } from '../../src/terminal/numbers.ts';
import { PLAIN_GIT, runGit, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

const models = (...args: string[]) => runCommand(['models', ...args], PLAIN_GIT);

test('a colleague who clones gets the weights of a commit', async () => {
  const author = await createModelRepository();
  const committed = await author.commitVersion();
  expect(committed.stderr).toBe('');
  const bare = join(temporaryFolder(), 'model.git');
  author.git('init', '-q', '--bare', '--initial-branch=main', bare);
  author.git('push', '-q', bare, 'main');

  const unknown = await models('push', '--repository', author.folder);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /^tweet-sentiment: no remote for the weights is known: .*--remote/,
  );
  author.git('remote', 'add', 'origin', bare);
  const pushed = await models('push', '--repository', author.folder);
  expect(pushed.stderr).toBe('');
  const size = formatBytes(readFileSync(join(author.folder, 'model.onnx')).byteLength);
  expect(pushed.stdout).toBe(`1 file, ${size}, copied to ${bare}\n`);
  const again = await models('push', '--repository', author.folder, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ remote: bare, pushed: [], missing: [] });

  const colleague = join(temporaryFolder(), 'clone');
  runGit('.', ['clone', '-q', bare, colleague]);
  expect((await models('init', colleague)).code).toBe(0);
  const pulled = await models('pull', '--repository', colleague);
  expect(pulled.stderr).toBe('');
  expect(pulled.stdout).toBe(`1 file, ${size}, copied from ${bare}; checked out: model.onnx\n`);
  const weights = (folder: string) => readFileSync(join(folder, 'model.onnx'));
  expect(weights(colleague).equals(weights(author.folder))).toBe(true);
  expect(runGit(colleague, ['status', '--porcelain']).toString()).toBe('');
});

test('weights that were pulled are no change for git, in a clone that nobody has prepared', async () => {
  const author = await createModelRepository();
  await author.commitVersion();
  const [shared, colleague] = [temporaryFolder(), join(temporaryFolder(), 'clone')];
  await models('push', '--repository', author.folder, '--remote', shared);
  runGit('.', ['clone', '-q', author.folder, colleague]);
  const pulled = await models('pull', '--repository', colleague, '--remote', shared);
  expect(pulled.stderr).toBe(
    'git-lfs is not set up: this command line does its work in this clone\n',
  );
  expect(readFileSync(join(colleague, 'model.onnx')).byteLength).toBeGreaterThan(1000);
  expect(runGit(colleague, ['status', '--porcelain']).toString()).toBe('');
  const again = await models('pull', '--repository', colleague, '--remote', shared);
  expect(again.stderr).toBe('');
});

test('a version is not published into its own repository, where the next one would contain it', async () => {
  const { folder, commitVersion, git, write } = await createModelRepository();
  await commitVersion();
  const store = join(folder, 'models');
  const publish = () =>
    models('publish', 'HEAD', '--repository', folder, '--model-store', store, '--model-name', 'm');
  const refused = await publish();
  expect(refused.stderr).toBe(
    `tweet-sentiment: ${store} is in the model repository, whose next version would contain it: ` +
      'name another folder, by --model-store or MODEL_STORE, or add it to .gitignore\n',
  );
  expect(refused.code).toBe(2);
  expect(git('status', '--porcelain')).toBe('');
  write('.gitignore', 'models/\n');
  expect((await publish()).code).toBe(0);
});

test('a commit whose weights nobody has is not pushed as if it were whole', async () => {
  const author = await createModelRepository();
  expect((await author.commitVersion()).code).toBe(0);
  const folder = temporaryFolder();
  runGit(author.folder, ['config', 'lfs.url', folder]);

  rmSync(join(author.folder, '.git', 'lfs', 'objects'), { recursive: true });
  const { code, stderr } = await models('push', '--repository', author.folder);
  expect(code).toBe(2);
  expect(stderr).toMatch(/model\.onnx of [0-9a-f]{40} \([0-9a-f]{64}\): its bytes are neither/);
  const pulled = await models('pull', '--repository', author.folder);
  expect(pulled.code).toBe(2);
  expect(pulled.stderr).toContain('who has the bytes copies them there with `models push`');
});
