import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseCommit } from '../../src/version/git-objects.ts';
import { openStore } from '../../src/version/stores/open.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { createRepository, runGit, temporaryFolder } from '../support/git-version.ts';

const MODEL = 'tweet-sentiment';
const FILES = {
  '.gitattributes': 'model.onnx filter=lfs diff=lfs merge=lfs -text\n',
  'README.md': '# A model\n',
  'code/train.py': 'print("train")\n',
  'code-of-conduct.md': 'sorts before code/ for git\n',
  'data/deep/er/datasets.json': '{}\n',
  'empty.txt': '',
  'model.onnx': Buffer.from([0, 1, 2, 250, 0, 10, 13]),
  'ümlaut 日本.txt': 'names are bytes\n',
};

async function load(store: string, sha: string): Promise<ReadonlyMap<string, Buffer>> {
  const folder = openStore(store);
  return readVersion(folder, await openVersion(folder, MODEL, sha));
}

test.each([
  ['253402300800', '+010000-01-01T00:00:00.000Z'],
  ['9999999999999', '1970-01-01T00:00:00.000Z'],
  ['-86400', '1969-12-31T00:00:00.000Z'],
])('has the date of a commit %s seconds after 1970: %s', (seconds, date) => {
  const object = `tree ${'a'.repeat(40)}\nauthor A <a@b> ${seconds} +0000\ncommitter A <a@b> ${seconds} +0000\n\nx\n`;
  const { author, committer } = parseCommit(object);
  expect([author.date, committer.date]).toEqual([date, date]);
});

describe.each(['sha1', 'sha256'] as const)('a version of a %s repository', (objectFormat) => {
  const repository = createRepository({ objectFormat, lfs: ['model.onnx'] });
  let store: string;
  let sha: string;
  beforeAll(() => {
    store = temporaryFolder();
    sha = repository.commit(FILES, 'First\n\nWith a body.');
    repository.layOut(sha, store);
  });

  /** A copy of the store with a changed version. */
  function tampered(change: (folder: string) => void): string {
    const copy = temporaryFolder();
    cpSync(store, copy, { recursive: true });
    change(join(copy, MODEL, sha));
    return copy;
  }

  test('loads with the bytes of the commit', async () => {
    const files = await load(store, sha);
    expect(Object.fromEntries(files)).toEqual(
      Object.fromEntries(Object.entries(FILES).map(([path, bytes]) => [path, Buffer.from(bytes)])),
    );
  });

  test('has author, committer, date, message and tree', async () => {
    const { details } = await openVersion(openStore(store), MODEL, sha);
    expect(details).toMatchObject({
      author: { name: 'A U Thor', email: 'author@example.com' },
      committer: { name: 'C O Mitter' },
      message: 'First\n\nWith a body.\n',
      parents: [],
      tree: repository.git('rev-parse', `${sha}^{tree}`).trim(),
    });
    expect(details.author.date).toBe(
      new Date(repository.git('log', '-1', '--format=%aI', sha).trim()).toISOString(),
    );
  });

  test('is refused when any byte of any file is changed, and the file is named', async () => {
    const folder = join(store, MODEL, sha);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (path) => statSync(join(folder, path)).size > 0 && statSync(join(folder, path)).isFile(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (path, at, bit) => {
          const copy = tampered((version) => {
            const bytes = readFileSync(join(version, path));
            const index = at % bytes.length;
            bytes[index] = (bytes[index] as number) ^ (1 << bit);
            writeFileSync(join(version, path), bytes);
          });
          await expect(load(copy, sha)).rejects.toMatchObject({
            code: 'not-proven',
            // What commit.json says of a file's size shows at the file.
            ...(path === 'commit.json' ? {} : { message: expect.stringContaining(path) }),
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each<[string, (folder: string) => void, string]>([
    ['a file that is missing', (f) => rmSync(join(f, 'README.md')), 'README.md does not exist'],
    ['a file that is longer', (f) => appendFileSync(join(f, 'empty.txt'), '!'), 'empty.txt'],
    ['a file that is shorter', (f) => truncateSync(join(f, 'model.onnx'), 3), 'model.onnx: size'],
    ['a file too many', (f) => writeFileSync(join(f, 'code/extra.py'), ''), 'code/extra.py: not a'],
    ['a truncated commit.json', (f) => truncateSync(join(f, 'commit.json'), 100), 'is not JSON'],
    ['an empty commit.json', (f) => truncateSync(join(f, 'commit.json'), 0), 'is not JSON'],
    ['a missing commit.json', (f) => rmSync(join(f, 'commit.json')), 'commit.json does not exist'],
    [
      'a link in place of a file',
      (f) => {
        renameSync(join(f, 'README.md'), join(f, '..', 'README.md'));
        symlinkSync('../README.md', join(f, 'README.md'));
      },
      'behind a symbolic link',
    ],
    [
      'a link in place of a folder',
      (f) => {
        renameSync(join(f, 'code'), join(f, '..', 'code'));
        symlinkSync('../code', join(f, 'code'));
      },
      'code: not a file of commit',
    ],
    [
      'a folder in place of a file',
      (f) => {
        rmSync(join(f, 'README.md'));
        mkdirSync(join(f, 'README.md'));
      },
      'README.md is not a regular file',
    ],
    [
      'a pipe in place of a file',
      (f) => {
        rmSync(join(f, 'README.md'));
        execFileSync('mkfifo', [join(f, 'README.md')]);
      },
      'README.md is not a regular file',
    ],
  ])('with %s is refused', async (_, change, message) => {
    await expect(load(tampered(change), sha)).rejects.toThrow(message);
  });

  test('an error has path, property, expected and found value as data', async () => {
    const copy = tampered((folder) => writeFileSync(join(folder, 'README.md'), '# A medal\n'));
    await expect(load(copy, sha)).rejects.toMatchObject({
      code: 'not-proven',
      data: {
        path: 'README.md',
        property: 'git blob id',
        expected: repository.git('rev-parse', `${sha}:README.md`).trim(),
        found: expect.stringMatching(/^[0-9a-f]+$/),
      },
    });
  });

  test('is refused under the SHA of another commit', async () => {
    const other = repository.commit({ ...FILES, 'README.md': '# Another\n' });
    const copy = temporaryFolder();
    cpSync(join(store, MODEL, sha), join(copy, MODEL, other), { recursive: true });
    await expect(load(copy, other)).rejects.toThrow(`expected ${other}, found ${sha}`);
  });

  type Manifest = {
    commit: string;
    object: string;
    files: { path: string; mode: string; size: number; lfs?: { oid: string; size: number } }[];
  };
  test.each<[string, (manifest: Manifest) => unknown, RegExp]>([
    ['a path out of the folder', (m) => (m.files[0] = { ...m.files[0]!, path: '../evil' }), /path/],
    ['an absolute path', (m) => (m.files[0] = { ...m.files[0]!, path: '/etc/passwd' }), /path/],
    ['a path into .git', (m) => (m.files[0] = { ...m.files[0]!, path: '.GIT/config' }), /path/],
    ['a symlink', (m) => (m.files[0]!.mode = '120000'), /mode/],
    ['an executable', (m) => (m.files[0]!.mode = '100755'), /mode/],
    ['a submodule', (m) => (m.files[0]!.mode = '160000'), /mode/],
    ['an absurd size', (m) => (m.files[0]!.size = 2 ** 52), /size/],
    ['a negative size', (m) => (m.files[0]!.size = -1), /size/],
    [
      'an absurd git-lfs size',
      (m) => (m.files.find((f) => f.lfs)!.lfs!.size = 2 ** 52),
      /lfs.size/,
    ],
    [
      'another git-lfs size',
      (m) => m.files.find((f) => f.lfs)!.lfs!.size++,
      /pointer of model.onnx/,
    ],
    ['another pointer size', (m) => m.files.find((f) => f.lfs)!.size++, /pointer of model.onnx/],
    ['a file left out', (m) => m.files.pop(), /tree of the listed files/],
    ['a file twice', (m) => m.files.push(m.files.at(-1)!), /git's order/],
    ['files in another order', (m) => m.files.reverse(), /git's order/],
    ['another message', (m) => (m.object += '!'), /id of the commit object/],
    ['an unknown field', (m) => Object.assign(m, { extra: 1 }), /extra/],
    ['no files', (m) => (m.files = []), /files/],
  ])('whose commit.json lists %s is refused', async (_, change, message) => {
    const copy = tampered((folder) => {
      const path = join(folder, 'commit.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
      change(manifest);
      writeFileSync(path, JSON.stringify(manifest));
    });
    await expect(load(copy, sha)).rejects.toMatchObject({
      code: 'not-proven',
      message: expect.stringMatching(message),
    });
  });

  test('never reads a file that is larger than listed', async () => {
    const copy = tampered((folder) => truncateSync(join(folder, 'README.md'), 8 * 1024 ** 3));
    await expect(load(copy, sha)).rejects.toThrow('larger than expected: at most 10 bytes');
  });
});

describe('unusual commits that git accepts', () => {
  const store = temporaryFolder();

  test('a merge has its parents, in order', async () => {
    const repository = createRepository();
    const base = repository.commit({ 'a.txt': 'a' });
    const left = repository.commit({ 'a.txt': 'a', 'b.txt': 'b' });
    repository.git('checkout', '-q', '-b', 'right', base);
    const right = repository.commit({ 'a.txt': 'a', 'c.txt': 'c' });
    repository.git('checkout', '-q', 'main');
    repository.git('merge', '-q', '-m', 'Both', 'right');
    const sha = repository.git('rev-parse', 'HEAD').trim();
    repository.layOut(sha, store);
    const version = await openVersion(openStore(store), MODEL, sha);
    expect(version.details.parents).toEqual([left, right]);
    expect(version.files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt', 'c.txt']);
  });

  test.each([
    ['a signature', 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n parent no\n -----END-----\n'],
    ['a merged tag', 'mergetag object 1234\n type commit\n tagger Nobody <> 0 +0000\n \n text\n'],
    ['a header of tomorrow', 'x-unheard-of value\n'],
  ])('%s among the headers', async (_, header) => {
    const repository = createRepository();
    const plain = repository.commit({ 'a.txt': 'a' });
    const object = repository.git('cat-file', 'commit', plain).replace('\n\n', `\n${header}\n`);
    const sha = hashCommit(repository.folder, object);
    repository.layOut(sha, store);
    const { details } = await openVersion(openStore(store), MODEL, sha);
    expect(details).toMatchObject({ parents: [], message: 'A version\n' });
  });

  test.each([
    ['no name', 'author <a@b> 1700000000 +0100', { name: '', email: 'a@b' }],
    ['no date', 'author Ann <a@b>', { name: 'Ann', date: '1970-01-01T00:00:00.000Z' }],
    ['an empty address', 'author Ann <> 1 +0000', { email: '', date: '1970-01-01T00:00:01.000Z' }],
    ['before the epoch', 'author Ann <a@b> -86400 +0000', { date: '1969-12-31T00:00:00.000Z' }],
  ])('an author with %s', async (_, line, expected) => {
    const repository = createRepository();
    const plain = repository.commit({ 'a.txt': 'a' });
    const object = repository.git('cat-file', 'commit', plain).replace(/^author .*$/m, line);
    const sha = hashCommit(repository.folder, object);
    repository.layOut(sha, store);
    const { details } = await openVersion(openStore(store), MODEL, sha);
    expect(details.author).toMatchObject(expected);
  });

  function hashCommit(folder: string, object: string): string {
    const args = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'];
    return runGit(folder, args, { input: object }).toString().trim();
  }
});
