import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

describe('models init', () => {
  test('registers the merge driver for the files that lines can’t merge', async () => {
    const { folder } = await createModelRepository();
    const attributes = readFileSync(join(folder, '.git/info/attributes'), 'utf8');
    expect(attributes.trim().split('\n').sort()).toEqual(
      [
        'config.json',
        'data/datasets.json',
        'environment/**',
        'golden.json',
        'hyperparameters.json',
        'metrics.json',
        'model.onnx',
        'profile.json',
        'tokenizer.json',
      ].map((pattern) => `${pattern} merge=tweet-sentiment`),
    );
  });

  test('adds attributes that every clone has: bytes as they are, no merge of what training writes', async () => {
    const { folder } = await createModelRepository();
    expect(readFileSync(join(folder, '.gitattributes'), 'utf8').split('\n')).toEqual([
      '* -text',
      'model.onnx filter=lfs diff=lfs merge=lfs -text',
      'model.onnx -merge',
      'tokenizer.json -merge',
      'config.json -merge',
      'metrics.json -merge',
      'profile.json -merge',
      'golden.json -merge',
      '',
    ]);
  });

  test('replaces the commands of an earlier place of this program', async () => {
    const { folder, git } = await createModelRepository();
    const keys = ['merge.tweet-sentiment.driver', 'filter.lfs.clean', 'filter.lfs.smudge'];
    const read = (): string[] => keys.map((key) => git('config', '--local', key));
    const before = read();
    for (const key of keys) {
      git('config', key, 'node /nowhere/main.js');
    }
    const { code } = await runCommand(['models', 'init', folder], PLAIN_GIT);
    expect(code).toBe(0);
    expect(read()).toEqual(before);
  });

  test('can be run again, and keeps existing lines', async () => {
    const { folder } = await createModelRepository();
    writeFileSync(join(folder, '.gitignore'), 'mine');
    const first = await runCommand(['models', 'init', folder]);
    expect(first.code).toBe(0);
    const ignored = readFileSync(join(folder, '.gitignore'), 'utf8');
    expect(ignored).toMatch(/^mine\n__pycache__\/\n/);
    await runCommand(['models', 'init', folder]);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe(ignored);
  });

  test('reports that there is no repository', async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await runCommand(['models', 'init', folder]);
    expect(code).toBe(2);
    expect(stderr).toBe(`tweet-sentiment: ${folder} is not in a git repository\n`);
  });
});
