/** git-lfs itself gets the bytes that `models push` copied to a remote, and copies its own there. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLAIN_GIT, runGit, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { haveS3Server, type S3Server, startS3Server } from '../support/s3-server.ts';
import { runCommand } from '../support/server.ts';

const BUCKET = 'weights';

let home: string;
let env: Record<string, string>;
let author: ModelRepository;
let bare: string;
beforeEach(async () => {
  home = temporaryFolder();
  env = { ...PLAIN_GIT, HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig') };
  author = await createModelRepository();
  const { code, stderr } = await author.commitVersion();
  expect([code, stderr]).toEqual([0, '']);
  bare = join(temporaryFolder(), 'model.git');
  git('.', 'init', '-q', '--bare', '--initial-branch=main', bare);
  author.git('remote', 'add', 'origin', bare);
  // The filters of git-lfs itself, from here on.
  git('.', 'lfs', 'install', '--skip-repo');
});

const git = (folder: string, ...args: string[]): string => runGit(folder, args, { env }).toString();
const models = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(['models', ...args], env);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};
const weights = (folder: string): Buffer => readFileSync(join(folder, 'model.onnx'));
const isPointer = (folder: string): boolean => weights(folder).byteLength < 200;
const newFolder = (): string => join(temporaryFolder(), 'clone');

test.each(['a path', 'a file:// address'])(
  'a remote that is %s: a plain clone with git-lfs has the bytes',
  async (kind) => {
    author.git('push', '-q', 'origin', 'main');
    await models('push', '--repository', author.folder);
    const clone = newFolder();
    git('.', 'clone', '-q', kind === 'a path' ? bare : `file://${bare}`, clone);
    expect(weights(clone).equals(weights(author.folder))).toBe(true);
    expect(git(clone, 'status', '--porcelain')).toBe('');
    expect(git(clone, 'lfs', 'fsck')).toContain('Git LFS fsck OK');
  },
);

test('git lfs pull, in a clone that has the pointer only', async () => {
  author.git('push', '-q', 'origin', 'main');
  const clone = newFolder();
  runGit('.', ['clone', '-q', bare, clone], { env: { ...env, GIT_LFS_SKIP_SMUDGE: '1' } });
  expect(isPointer(clone)).toBe(true);
  await models('push', '--repository', author.folder);
  git(clone, 'lfs', 'pull');
  expect(weights(clone).equals(weights(author.folder))).toBe(true);
});

test('what git-lfs pushed is pulled', async () => {
  git(author.folder, 'lfs', 'push', 'origin', 'main');
  author.git('push', '-q', 'origin', 'main');
  const clone = newFolder();
  runGit('.', ['clone', '-q', bare, clone], { env: { ...env, GIT_LFS_SKIP_SMUDGE: '1' } });
  await models('pull', '--repository', clone);
  expect(weights(clone).equals(weights(author.folder))).toBe(true);
  expect(git(clone, 'status', '--porcelain')).toBe('');
});

describe.skipIf(!haveS3Server)('weights on S3', () => {
  let server: S3Server;
  let prefix = 0;
  let address: string;
  beforeAll(async () => {
    server = await startS3Server(BUCKET);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    address = `s3://${BUCKET}/p${++prefix}`;
    env = { ...env, ...server.env };
    git(author.folder, 'config', '-f', '.lfsconfig', 'lfs.url', address);
    author.git('add', '.lfsconfig');
    author.git('commit', '-q', '-m', 'Where the weights are');
  });

  const oid = (): string =>
    /oid sha256:(\w+)/.exec(author.git('show', 'HEAD:model.onnx'))?.[1] ?? '';
  const objectKey = (): string[] => {
    const id = oid();
    return ['lfs', 'objects', id.slice(0, 2), id.slice(2, 4), id];
  };
  const object = (): string => join(server.folder, `p${prefix}`, ...objectKey());
  /** As a colleague does: the address is in the repository, `models init` registers the agent. */
  const cloneWithAgent = async (): Promise<string> => {
    const clone = newFolder();
    runGit('.', ['clone', '-q', bare, clone], { env: { ...env, GIT_LFS_SKIP_SMUDGE: '1' } });
    expect(isPointer(clone)).toBe(true);
    expect(await models('init', clone)).toContain(`weights: git-lfs gets them from ${address}`);
    return clone;
  };

  test('pushed by this program, pulled by git-lfs', async () => {
    author.git('push', '-q', 'origin', 'main');
    await models('push', '--repository', author.folder);
    expect(readFileSync(object()).equals(weights(author.folder))).toBe(true);
    const clone = await cloneWithAgent();
    git(clone, 'lfs', 'pull');
    expect(weights(clone).equals(weights(author.folder))).toBe(true);
    expect(git(clone, 'status', '--porcelain')).toBe('');
  });

  test('pushed by git push with git-lfs, pulled by this program', async () => {
    await models('init', author.folder);
    git(author.folder, 'lfs', 'install', '--local', '--force');
    git(author.folder, 'push', '-q', 'origin', 'main');
    expect(readFileSync(object()).equals(weights(author.folder))).toBe(true);
    const clone = await cloneWithAgent();
    await models('pull', '--repository', clone);
    expect(weights(clone).equals(weights(author.folder))).toBe(true);
    expect(git(clone, 'status', '--porcelain')).toBe('');
  });

  test('a damaged or missing object fails git lfs pull with its reason', async () => {
    author.git('push', '-q', 'origin', 'main');
    await models('push', '--repository', author.folder);
    const bytes = readFileSync(object());
    bytes[1_000] = (bytes[1_000] as number) ^ 1;
    writeFileSync(object(), bytes);
    const clone = await cloneWithAgent();
    expect(() => git(clone, 'lfs', 'pull')).toThrow(/sha256: expected [0-9a-f]{64}, found/);
    expect(isPointer(clone)).toBe(true);
    rmSync(object());
    expect(() => git(clone, 'lfs', 'pull')).toThrow(/does not exist: who has the bytes/);
    expect(existsSync(join(clone, '.git', ...objectKey()))).toBe(false);
  });
});
