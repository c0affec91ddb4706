/** The merge driver as git runs it: the built command, in real repositories. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assertWeightsMatchIngredients, isRetrainingMark } from '../../src/artifacts/lineage.ts';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { configureDriver, type Files, merge, runMerge } from '../support/merge.ts';
import { MAIN } from '../support/server.ts';

describe('merging with git', () => {
  test('the built command is the driver', () => {
    const repository = createRepository();
    configureDriver(repository);
    const config = (count: number): Files => ({ 'config.json': `{\n  "count": ${count}\n}\n` });
    repository.commit(config(1));
    repository.git('branch', 'other');
    repository.commit(config(2));
    repository.git('checkout', '-q', 'other');
    repository.commit(config(3));
    repository.git('checkout', '-q', 'main');
    const { code, output } = runMerge(repository);
    expect(code).toBe(1);
    expect(output).toContain('config.json: conflict in count: base 1, ours 2, theirs 3\n');
  });

  test('a file that one side changed and the other removed is a conflict of its own', () => {
    const { code, output, read } = merge({
      base: { 'config.json': '{"a": 1}\n', 'README.md': '' },
      ours: { 'README.md': '' },
      theirs: { 'config.json': '{"a": 2}\n', 'README.md': '' },
    });
    expect(code).toBe(1);
    expect(output).toContain('CONFLICT (modify/delete): config.json deleted in HEAD');
    expect(read('config.json').toString()).toBe('{"a": 2}\n');
  });

  test('a file that both sides added is merged without a base', () => {
    const { code, read } = merge({
      base: { 'README.md': '' },
      ours: { 'README.md': '', 'config.json': '{\n  "a": 1\n}\n' },
      theirs: { 'README.md': '', 'config.json': '{\n  "b": 2\n}\n' },
    });
    expect(read('config.json').toString()).toBe('{\n  "a": 1,\n  "b": 2\n}\n');
    expect(code).toBe(0);
  });

  test('a binary file stays ours, and is a conflict', () => {
    const { code, output, read } = merge({
      base: { logo: Buffer.from([0, 1]) },
      ours: { logo: Buffer.from([0, 2]) },
      theirs: { logo: Buffer.from([0, 3]) },
    });
    expect(code).toBe(1);
    expect(output).toContain('logo: conflict: no text; ours is kept until one is chosen');
    expect(read('logo')).toEqual(Buffer.from([0, 2]));
  });

  test('text that is not UTF-8 is merged by lines, byte for byte', () => {
    const latin1 = (a: number, e: number): Buffer =>
      Buffer.from(`{\n"a": ${a},\n"b": "\xfc",\n"c": 1,\n"d": 1,\n"e": ${e}\n}\n`, 'latin1');
    const { code, read } = merge({
      base: { 'config.json': latin1(1, 1) },
      ours: { 'config.json': latin1(2, 1) },
      theirs: { 'config.json': latin1(1, 2) },
    });
    expect(read('config.json')).toEqual(latin1(2, 2));
    expect(code).toBe(0);
  });

  test('criss-cross merges have a merged base', () => {
    const repository = createRepository();
    configureDriver(repository);
    const { git } = repository;
    const config = (...values: number[]): Files => ({
      'config.json': `{\n${['a', 'b', 'c', 'd'].map((key, i) => `  "${key}": ${values[i]}`).join(',\n')}\n}\n`,
    });
    const commit = (branch: string, ...values: number[]): void => {
      git('checkout', '-q', branch);
      repository.commit(config(...values));
    };
    repository.commit(config(1, 1, 1, 1));
    git('branch', 'other');
    commit('main', 2, 1, 1, 1);
    commit('other', 1, 2, 1, 1);
    git('branch', 'other-before');
    git('merge', '-q', '-m', 'Main into other', 'main');
    git('checkout', '-q', 'main');
    git('merge', '-q', '-m', 'Other into main', 'other-before');
    commit('main', 2, 2, 2, 1);
    commit('other', 2, 2, 1, 2);
    git('checkout', '-q', 'main');
    const { code, read } = runMerge(repository);
    expect(read('config.json').toString()).toBe(config(2, 2, 2, 2)['config.json']);
    expect(code).toBe(0);
  });
});

test.each(['sha1', 'sha256'] as const)(
  'outputs of training that both sides changed are to be retrained, in a %s repository',
  (format) => {
    const paths = ['model.onnx', 'tokenizer.json', 'metrics.json', 'profile.json', 'golden.json'];
    const all = (text: string): Files => Object.fromEntries(paths.map((path) => [path, text]));
    const { repository, code, output, read } = merge(
      { base: all('{"a": 1}\n'), ours: all('{"a": 2}\n'), theirs: all('{"a": 1, "b": 2}\n') },
      format,
    );
    expect(code).toBe(1);
    for (const path of paths) {
      const [base, ours, theirs] = ['main~1', 'main', 'other'].map((commit) =>
        repository.git('rev-parse', `${commit}:${path}`).trim(),
      );
      expect(output).toContain(`${path}: to be retrained: `);
      expect(output).toContain(`CONFLICT (content): Merge conflict in ${path}`);
      expect(read(path).toString()).toBe(
        `<<<<<<< ours\nto be retrained: ${path}\nblob ${ours}\n||||||| base\nblob ${base}\n` +
          `=======\nblob ${theirs}\n>>>>>>> theirs\n`,
      );
      expect(isRetrainingMark(read(path))).toBe(true);
      expect(() => assertWeightsMatchIngredients(new Map([[path, read(path)]]))).toThrow(
        `${path} is to be retrained`,
      );
    }
  },
);

test('outputs of training that one side changed are kept', () => {
  const { code, read } = merge({
    base: { 'metrics.json': '{"a": 1}\n', 'README.md': 'a\n' },
    ours: { 'metrics.json': '{"a": 1}\n', 'README.md': 'b\n' },
    theirs: { 'metrics.json': '{"a": 2}\n', 'README.md': 'a\n' },
  });
  expect(code).toBe(0);
  expect(read('metrics.json').toString()).toBe('{"a": 2}\n');
  expect(isRetrainingMark(read('metrics.json'))).toBe(false);
});

test('no file of a version is taken for the retraining mark', () => {
  const mark = '<<<<<<< ours\nto be retrained: model.onnx\n';
  for (const text of ['', '{}', 'to be retrained: model.onnx\n', ` ${mark}`, '<<<<<<< ours\nx\n']) {
    expect(isRetrainingMark(Buffer.from(text))).toBe(false);
  }
});

test('no temporary file is left', () => {
  const folder = temporaryFolder();
  const paths = ['base', 'ours', 'theirs'].map((name) => join(folder, name));
  paths.forEach((path, i) => {
    writeFileSync(path, `{"a": ${i}}`);
  });
  execFileSync('git', ['init', '-q', folder]);
  const { status } = spawnSync(
    process.execPath,
    [MAIN, 'models', 'merge-driver', ...paths, 'config.json'],
    { cwd: folder, timeout: 50_000 },
  );
  expect(status).toBe(1);
  expect(
    execFileSync('ls', ['-A', folder], { encoding: 'utf8' }).split('\n').filter(Boolean),
  ).toEqual(['.git', 'base', 'ours', 'theirs']);
  expect(existsSync(paths[1] as string)).toBe(true);
});
