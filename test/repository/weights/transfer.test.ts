import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openRepository, type Repository } from '../../../src/repository/git.ts';
import { objectPath, storeLfsObject } from '../../../src/repository/lfs.ts';
import { checkOutFiles } from '../../../src/repository/weights/checkout.ts';
import { lfsFilesOf, lfsFilesOfHistory } from '../../../src/repository/weights/pointers.ts';
import { findRemote } from '../../../src/repository/weights/remote.ts';
import {
  pullObjects,
  pushObjects,
  writableRemote,
} from '../../../src/repository/weights/transfer.ts';
import { lfsPointer } from '../../../src/version/git-objects.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { startObjectServer } from '../../support/object-server.ts';
import { type Author, clone, createAuthor, objectIn, oidOf, writeObject } from './clone.ts';

const OLD = Buffer.from('old weights');
const NEW = Buffer.alloc(200_000, 'new weights ');
const retry = { timeoutMs: 2_000 };
const noProgress = (): void => undefined;

let author: Author;
let old: string;
let tip: string;
beforeEach(async () => {
  author = await createAuthor();
  old = await author.commit(OLD);
  tip = await author.commit(NEW);
  author.pushGit();
});

const remoteOf = (repository: Repository, given?: string) =>
  findRemote(repository, { given, retry });
async function push(given?: string, commit = tip) {
  const { repository } = author;
  const remote = writableRemote(await remoteOf(repository, given));
  const files = await lfsFilesOfHistory(repository, commit);
  return pushObjects(repository.lfsFolder, remote, files, noProgress);
}
async function pull(repository: Repository, given?: string, commit = tip) {
  const files = await lfsFilesOf(repository, commit);
  const remote = await remoteOf(repository, given);
  await pullObjects(repository.lfsFolder, remote, files, noProgress);
  return checkOutFiles(repository, files);
}
const checkedOut = ({ folder }: Repository) => readFileSync(join(folder, 'model.onnx'));

test('who clones gets the bytes that were pushed, of all commits, and git finds nothing changed', async () => {
  expect((await push()).pushed.map(({ oid }) => oid).sort()).toEqual(
    [oidOf(OLD), oidOf(NEW)].sort(),
  );
  expect(readFileSync(objectIn(author.bare, NEW)).equals(NEW)).toBe(true);
  const colleague = await clone(author.bare);
  expect(checkedOut(colleague).toString()).toContain('git-lfs');
  expect(await pull(colleague)).toEqual(['model.onnx']);
  expect(checkedOut(colleague).equals(NEW)).toBe(true);
  await pull(colleague, undefined, old);
  expect(existsSync(objectIn(join(colleague.folder, '.git'), OLD))).toBe(true);
});

test('pushed again, nothing is written; a commit includes only what is before it', async () => {
  expect((await push(undefined, old)).pushed.map(({ oid }) => oid)).toEqual([oidOf(OLD)]);
  const { pushed, existing } = await push();
  expect(pushed.map(({ oid }) => oid)).toEqual([oidOf(NEW)]);
  expect(existing.map(({ oid }) => oid)).toEqual([oidOf(OLD)]);
  expect((await push()).pushed).toEqual([]);
  expect(readdirSync(author.bare).filter((name) => name.startsWith('.staging'))).toEqual([]);
});

test('what neither has is reported', async () => {
  rmSync(objectIn(join(author.created.folder, '.git'), OLD));
  const { pushed, missing } = await push();
  expect(pushed.map(({ oid }) => oid)).toEqual([oidOf(NEW)]);
  expect(missing).toMatchObject([{ oid: oidOf(OLD), size: OLD.byteLength, path: 'model.onnx' }]);
});

test('an object with other bytes is not pushed', async () => {
  const other = Buffer.from(NEW);
  other[7] = 0;
  writeObject(join(author.created.folder, '.git'), NEW, other);
  await expect(push()).rejects.toMatchObject({
    code: 'not-proven',
    message: expect.stringContaining(`sha256: expected ${oidOf(NEW)}, found ${oidOf(other)}`),
  });
  expect(existsSync(objectIn(author.bare, NEW))).toBe(false);
});

test.each([
  ['other bytes', (bytes: Buffer) => Buffer.from(bytes).fill(0, 5, 6), 'not-proven'],
  ['too few', (bytes: Buffer) => bytes.subarray(1), 'not-proven'],
  ['too many', (bytes: Buffer) => Buffer.concat([bytes, bytes]), 'not-proven'],
])('%s in the remote are refused, and the clone keeps its pointer', async (_, change, code) => {
  await push();
  writeFileSync(objectIn(author.bare, NEW), change(NEW));
  const colleague = await clone(author.bare);
  await expect(pull(colleague)).rejects.toMatchObject({ code });
  expect(checkedOut(colleague).toString()).toContain('git-lfs');
  expect(existsSync(objectIn(join(colleague.folder, '.git'), NEW))).toBe(false);
  // What was written before is not left.
  expect(readdirSync(join(colleague.lfsFolder, 'tmp'))).toEqual([]);
});

test('an object that the remote does not have is named, with what to do', async () => {
  await expect(pull(await clone(author.bare))).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringMatching(
      /lfs\/objects\/.*does not exist: who has the bytes .*models push/,
    ),
  });
});

test('a file with changes of its own is left as it is', async () => {
  await push();
  const colleague = await clone(author.bare);
  writeFileSync(join(colleague.folder, 'model.onnx'), 'mine');
  expect(await pull(colleague)).toEqual([]);
  expect(checkedOut(colleague).toString()).toBe('mine');
});

test('from a web server, over broken connections', async () => {
  const folder = temporaryFolder();
  await push(folder);
  const server = await startObjectServer(folder);
  const key = objectIn('', NEW);
  server.fault(key, [
    { kind: 'break', after: 1_000 },
    { kind: 'break', after: 50_000 },
  ]);
  const colleague = await clone(author.bare);
  await pull(colleague, `${server.url}/bucket`);
  expect(checkedOut(colleague).equals(NEW)).toBe(true);
  expect(server.requests[0]).toBe(key);
  expect(server.requests[1]).toMatch(new RegExp(`^${key} from \\d+$`));
  await expect(push(`${server.url}/bucket`)).rejects.toThrow('can only be read from');
  await server.close();
});

test('many push at once', async () => {
  const results = await Promise.all(Array.from({ length: 6 }, () => push()));
  expect(results.every(({ missing }) => missing.length === 0)).toBe(true);
  expect(readFileSync(objectIn(author.bare, NEW)).equals(NEW)).toBe(true);
});

describe('the remote', () => {
  test('is that of lfs.url: in git’s settings, else in the committed .lfsconfig', async () => {
    const { created, repository } = author;
    const [committed, configured] = [temporaryFolder(), temporaryFolder()];
    created.git('config', '-f', '.lfsconfig', 'lfs.url', `file://${committed}`);
    expect((await remoteOf(repository)).location).toBe(committed);
    created.git('config', 'lfs.url', configured);
    expect((await remoteOf(repository)).location).toBe(configured);
    created.git('config', 'lfs.url', 's3://bucket/prefix');
    expect((await remoteOf(repository)).location).toBe('s3://bucket/prefix');
    expect((await remoteOf(repository, committed)).location).toBe(committed);
  });

  test('is read in a bare repository, too', async () => {
    const { created, bare } = author;
    const weights = temporaryFolder();
    created.git('config', '-f', '.lfsconfig', 'lfs.url', `file://${weights}`);
    created.git('add', '.lfsconfig');
    created.git('commit', '-q', '-m', 'address');
    author.pushGit();
    expect((await remoteOf(await openRepository(bare))).location).toBe(weights);
  });

  test('is the folder of git’s objects where the git remote is on this machine', async () => {
    const { created, repository, bare } = author;
    expect((await remoteOf(repository)).location).toBe(bare);
    created.git('remote', 'set-url', 'origin', `file://${bare}`);
    expect((await remoteOf(repository)).location).toBe(bare);
    // A repository with a working tree, and a folder that is only inside of one.
    const colleague = await clone(bare);
    expect((await remoteOf(repository, colleague.folder)).location).toBe(
      join(colleague.folder, '.git'),
    );
    const inside = join(colleague.folder, 'weights');
    expect((await remoteOf(repository, inside)).location).toBe(inside);
    expect(createFolderStore(inside).location).toBe(inside);
  });

  test.each([
    [
      'git@host.example.com:model.git',
      /origin, git@host.*, is not a repository on this file system/,
    ],
    ['https://host.example.com/model.git', /git config -f \.lfsconfig lfs\.url s3:\/\/bucket/],
    ['/nowhere/model.git', /is not a repository on this file system/],
    ['', /this clone has no git remote origin/],
  ])(
    'is unknown where the git remote is %j: the message says how to name one',
    async (address, message) => {
      const { created, repository } = author;
      created.git(
        ...(address ? ['remote', 'set-url', 'origin', address] : ['remote', 'rm', 'origin']),
      );
      await expect(remoteOf(repository)).rejects.toMatchObject({
        code: 'bad-reference',
        message: expect.stringMatching(message),
      });
    },
  );

  test('of git-lfs itself is left to git-lfs; other kinds are refused', async () => {
    const { created, repository } = author;
    created.git('config', 'lfs.url', 'https://host.example.com/info/lfs');
    await expect(remoteOf(repository)).rejects.toThrow(/is a git-lfs server: `git lfs push`/);
    await expect(remoteOf(repository, 'ftp://host/x')).rejects.toThrow(/found "ftp:\/\/host\/x"/);
  });
});

test('a file called as a pattern is put in its place, and no other is staged', async () => {
  const { created, repository } = author;
  const clean =
    'f=$(mktemp); cat >$f; printf "version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n" ' +
    '$(sha256sum <$f | cut -c1-64) $(wc -c <$f); rm $f';
  writeFileSync(join(created.folder, '.git/info/attributes'), '*.bin filter=lfs\n');
  writeFileSync(join(created.folder, '*.bin'), lfsPointer(oidOf(NEW), NEW.byteLength));
  writeFileSync(join(created.folder, 'a.bin'), 'first');
  created.git('add', '--all');
  created.git('commit', '-q', '-m', 'files');
  created.git('config', 'filter.lfs.clean', clean);
  writeFileSync(join(created.folder, 'a.bin'), 'work of the user');
  const staged = created.git('write-tree');
  await checkOutFiles(repository, await lfsFilesOf(repository, 'HEAD'));
  expect(readFileSync(join(created.folder, '*.bin')).equals(NEW)).toBe(true);
  expect(created.git('write-tree')).toBe(staged);
});

test('what can not be stored leaves no part of it', async () => {
  const { lfsFolder } = author.repository;
  const path = objectPath(lfsFolder, oidOf(Buffer.from('x')));
  mkdirSync(path, { recursive: true });
  await expect(storeLfsObject(lfsFolder, Buffer.from('x'))).rejects.toThrow();
  expect(readdirSync(dirname(path))).toEqual([oidOf(Buffer.from('x'))]);
});
