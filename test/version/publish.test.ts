import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { publishVersion } from '../../src/version/publish.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import type { WritableStore } from '../../src/version/stores/store.ts';
import { readTag } from '../../src/version/tag.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { createRepository, temporaryFolder } from '../support/git-version.ts';

const MODEL = 'tweet-sentiment';
const FILES = {
  'README.md': '# A model\n',
  'code/train.py': 'print("train")\n',
  'empty.txt': '',
  'model.onnx': Buffer.from([1, 2, 3]),
};

const repository = createRepository({ lfs: ['model.onnx'] });
const sha = repository.commit(FILES);
let sourceFolder: string;
let targetFolder: string;
let target: WritableStore;
beforeEach(() => {
  sourceFolder = temporaryFolder();
  targetFolder = temporaryFolder();
  repository.layOut(sha, sourceFolder);
  target = createFolderStore(targetFolder);
});

const publish = (tag?: string, to = target) =>
  publishVersion(createFolderStore(sourceFolder), to, MODEL, sha, { tag });
const prove = async () => readVersion(target, await openVersion(target, MODEL, sha));
const published = (path: string) => join(targetFolder, MODEL, sha, path);

/** Puts something into the target that was not published. */
function plant(path: string, content: string): void {
  mkdirSync(dirname(published(path)), { recursive: true });
  writeFileSync(published(path), content);
}

test('a version is published unchanged, and no other file', async () => {
  expect(await publish('v1.0.0')).toBe('published');
  expect((await prove()).size).toBe(Object.keys(FILES).length);
  expect(await readTag(target, MODEL, sha)).toBe('v1.0.0');
  expect(readdirSync(targetFolder)).toEqual([MODEL]);
  expect(readdirSync(join(targetFolder, MODEL)).sort()).toEqual([sha, `${sha}.tag`]);
});

test('publishing again changes nothing and reports that', async () => {
  await publish('v1.0.0');
  expect(await publish('v1.0.0')).toBe('already-published');
  expect(await publish()).toBe('already-published');
});

test('a commit.json with another layout counts as equal', async () => {
  await publish();
  const manifest = JSON.parse(readFileSync(published('commit.json'), 'utf8')) as object;
  writeFileSync(published('commit.json'), JSON.stringify(manifest));
  expect(await publish()).toBe('already-published');
});

test('a version is not visible after an interruption before any file; the next run completes it', async () => {
  for (let limit = 0; limit <= Object.keys(FILES).length + 1; limit++) {
    targetFolder = temporaryFolder();
    target = createFolderStore(targetFolder);
    let created = 0;
    const failing: WritableStore = {
      ...target,
      create: (...args) => {
        if (created++ === limit) {
          throw new Error('killed');
        }
        return target.create(...args);
      },
    };
    await expect(publish('v1', failing)).rejects.toThrow('killed');
    await expect(prove()).rejects.toMatchObject({ code: 'not-found' });
    expect(await publish('v1')).toBe('published');
    await prove();
  }
});

test('concurrent runs publish it once', async () => {
  const results = await Promise.all(Array.from({ length: 8 }, () => publish('v1')));
  expect(results).toContain('published');
  await prove();
  expect(readdirSync(targetFolder)).toEqual([MODEL]);
});

describe('an existing file with other content is refused, named and left unchanged', () => {
  test.each([
    ['other bytes', 'README.md', '# A medal\n', 'bytes are not the version'],
    ['more bytes', 'README.md', '# A model\n\n', 'larger than expected'],
    ['fewer bytes', 'code/train.py', '', 'bytes are not the version'],
    ['a file too many', 'code/extra.py', '', 'not a file of commit'],
    ['a folder in its place', 'README.md/x', '', 'not a file of commit'],
  ])('%s', async (_, path, content, message) => {
    plant(path, content);
    await expect(publish()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(`${path}.*${message}`),
    });
    expect(readFileSync(published(path), 'utf8')).toBe(content);
    expect(existsSync(published('commit.json'))).toBe(false);
  });

  test('another commit.json', async () => {
    plant('commit.json', '{}');
    await expect(publish()).rejects.toMatchObject({ code: 'not-proven' });
    expect(readFileSync(published('commit.json'), 'utf8')).toBe('{}');
  });

  test('another tag', async () => {
    await publish('v1.0.0');
    await expect(publish('v2.0.0')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('expected the tag v2.0.0, found v1.0.0'),
    });
    expect(await readTag(target, MODEL, sha)).toBe('v1.0.0');
  });
});

test.each([
  ['with a changed byte', () => appendFileSync(join(sourceFolder, MODEL, sha, 'README.md'), '!')],
  ['without a file', () => rmSync(join(sourceFolder, MODEL, sha, 'README.md'))],
])('a source %s is refused before anything is written', async (_, spoil) => {
  spoil();
  await expect(publish()).rejects.toThrow('README.md');
  expect(readdirSync(targetFolder)).toEqual([]);
});

test.each(['', ' v1', 'v1\nv2', '-v', 'x'.repeat(101)])('%j is not a tag', async (tag) => {
  await expect(publish(tag)).rejects.toMatchObject({ code: 'bad-reference' });
  expect(readdirSync(targetFolder)).toEqual([]);
});

test('a stored tag with other characters is ignored', async () => {
  await publish();
  writeFileSync(join(targetFolder, MODEL, `${sha}.tag`), '\u0000\n');
  expect(await readTag(target, MODEL, sha)).toBeUndefined();
});
