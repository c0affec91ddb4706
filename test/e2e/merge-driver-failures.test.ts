/** A merge driver that can't run leaves nothing that could be taken for a merge. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRepository, type Repository, temporaryFolder } from '../support/git-version.ts';
import { type Files, runMerge } from '../support/merge.ts';
import { MAIN, ROOT } from '../support/server.ts';

describe('when the driver fails', () => {
  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [MAIN, 'models', 'merge-driver', ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 50_000,
    });

  test('a file that can’t be read is an error, and ours is unchanged', () => {
    const ours = join(temporaryFolder(), 'ours');
    writeFileSync(ours, '{"a": 1}');
    const { status, stderr } = run('/nowhere/base', ours, '/nowhere/theirs', 'config.json');
    expect(status).toBe(129);
    expect(stderr).toBe('tweet-sentiment: config.json: /nowhere/base does not exist\n');
    expect(readFileSync(ours, 'utf8')).toBe('{"a": 1}');
  });

  /** The driver as `models init` configures it, with one of its words replaced. */
  function initDriver({ git, folder }: Repository, replaced: string, replacement: string): string {
    execFileSync(process.execPath, [MAIN, 'models', 'init', folder]);
    const key = 'merge.tweet-sentiment.driver';
    const command = git('config', key).trim().replace(replaced, replacement);
    git('config', key, command);
    return command;
  }

  const failures: [string, string, string][] = [
    ['the program is gone', MAIN, '/nowhere/main.js'],
    ['Node is gone', process.execPath, '/nowhere/node'],
    ['the program crashes', 'models merge-driver', 'models no-such-command'],
  ];
  test.each(failures)('git does not complete the merge when %s', (_name, replaced, replacement) => {
    const repository = createRepository();
    const command = initDriver(repository, replaced, replacement);
    const files = (value: number): Files => ({
      'config.json': `{"a": ${value}}`,
      'data/datasets.json': `{"a": ${value}}\n`,
    });
    repository.commit(files(1));
    repository.git('branch', 'other');
    const ours = repository.commit(files(2));
    repository.git('checkout', '-q', 'other');
    repository.commit(files(3));
    repository.git('checkout', '-q', 'main');
    expect(runMerge(repository).code).not.toBe(0);
    expect(repository.git('rev-parse', 'HEAD').trim()).toBe(ours);
    // git before 2.42 reports a conflict: no side is taken for the merge.
    const unmerged = repository.git('diff', '--name-only', '--diff-filter=U').trim();
    for (const path of unmerged.split('\n').filter(Boolean)) {
      const text = readFileSync(join(repository.folder, path), 'utf8');
      expect(text).toMatch(/^<<<<<<< ours\n\{"a": 2\}\n+=======\n\{"a": 3\}\n+>>>>>>> theirs\n$/);
    }
    // From 2.42, a code above 128 ends the merge.
    const folder = temporaryFolder();
    ['base', 'ours', 'theirs'].map((name) => writeFileSync(join(folder, name), '{}'));
    const script = command
      .replaceAll('%O', 'base')
      .replaceAll('%A', 'ours')
      .replaceAll('%B', 'theirs');
    const { status } = spawnSync('sh', ['-c', script.replaceAll('%P', 'config.json')], {
      cwd: folder,
    });
    expect(status).toBe(129);
  });

  test('a conflict is one for git, in a repository that `models init` prepared', () => {
    const repository = createRepository();
    initDriver(repository, '', '');
    repository.commit({ 'config.json': '{"a": 1, "b": 1}\n' });
    repository.git('branch', 'other');
    repository.commit({ 'config.json': '{"a": 2, "b": 1}\n' });
    repository.git('checkout', '-q', 'other');
    repository.commit({ 'config.json': '{"a": 3, "b": 2}\n' });
    repository.git('checkout', '-q', 'main');
    const { code, output } = runMerge(repository);
    expect(code).toBe(1);
    expect(output).toContain('config.json: conflict in a: base 1, ours 2, theirs 3\n');
    expect(output).toContain('CONFLICT (content): Merge conflict in config.json');
  });
});
