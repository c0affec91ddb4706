/** The driver treats conflicts with the options of git: style, labels, a favoured side, criss-cross merges. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { favoredSide } from '../../src/repository/merge/conflict-style.ts';
import { createRepository, type Repository } from '../support/git-version.ts';
import { type Files, PATIENCE_MS } from '../support/merge.ts';
import { MAIN } from '../support/server.ts';

const PATH = 'hyperparameters.json';
const epochs = (value: number): Files => ({ [PATH]: `{\n  "epochs": ${value},\n  "seed": 1\n}\n` });

/** A repository as `models init` prepares it, on `main`, with a branch `german`. */
function branches(base: Files, ours: Files, theirs: Files): Repository {
  const repository = createRepository();
  execFileSync(process.execPath, [MAIN, 'models', 'init', repository.folder]);
  repository.git('config', 'user.name', 'A U Thor');
  repository.git('config', 'user.email', 'author@example.com');
  repository.commit(base);
  repository.git('branch', 'german');
  repository.commit(ours);
  repository.git('checkout', '-q', 'german');
  repository.commit(theirs);
  repository.git('checkout', '-q', 'main');
  return repository;
}

function git({ folder }: Repository, ...args: string[]): { code: number | null; text: string } {
  const { status } = spawnSync('git', ['-C', folder, ...args], { timeout: PATIENCE_MS });
  return { code: status, text: readFileSync(join(folder, PATH), 'utf8') };
}

const lines = (...all: string[]): string => `{\n${all.join('\n')}\n  "seed": 1\n}\n`;

describe('a conflict', () => {
  test('has the style and the labels of git', () => {
    const repository = branches(epochs(1), epochs(2), epochs(3));
    expect(git(repository, 'merge', 'german')).toEqual({
      code: 1,
      text: lines('<<<<<<< HEAD', '  "epochs": 2,', '=======', '  "epochs": 3,', '>>>>>>> german'),
    });
  });

  test('shows the base with merge.conflictStyle=diff3, and has markers of the size of the attribute', () => {
    const repository = branches(epochs(1), epochs(2), epochs(3));
    execFileSync('sh', ['-c', `echo '${PATH} conflict-marker-size=9' >> .git/info/attributes`], {
      cwd: repository.folder,
    });
    const { code, text } = git(repository, '-c', 'merge.conflictStyle=diff3', 'merge', 'german');
    expect(code).toBe(1);
    expect(text.replace(/^(\|{9} ).*$/m, '$1')).toBe(
      lines(
        '<<<<<<<<< HEAD',
        '  "epochs": 2,',
        '||||||||| ',
        '  "epochs": 1,',
        '=========',
        '  "epochs": 3,',
        '>>>>>>>>> german',
      ),
    );
  });
});

describe('a favoured side', () => {
  const both: [string, Files][] = [
    ['JSON', epochs(3)],
    ['text that is not JSON', { [PATH]: 'theirs\n' }],
  ];
  test.each(both)('is taken in conflicts: %s', (_name, theirs) => {
    const merged = (...options: string[]) =>
      git(branches(epochs(1), epochs(2), theirs), 'merge', ...options, '-m', 'Both', 'german');
    expect(merged('-X', 'ours')).toEqual({ code: 0, text: epochs(2)[PATH] });
    expect(merged('-Xtheirs')).toEqual({ code: 0, text: theirs[PATH] });
  });

  test('keeps the lines of a list that only the other side changed', () => {
    const seeds = (...values: number[]): Files => ({
      [PATH]: `${JSON.stringify({ seeds: values }, null, 2)}\n`,
    });
    const repository = branches(
      seeds(1, 2, 3, 4, 5, 6),
      seeds(7, 2, 3, 4, 5, 6),
      seeds(8, 2, 3, 4, 5, 9),
    );
    expect(git(repository, 'merge', '-X', 'ours', '-m', 'Both', 'german')).toEqual({
      code: 0,
      text: seeds(7, 2, 3, 4, 5, 9)[PATH],
    });
  });

  test('is read as git reads it: the last one, not behind --', () => {
    const words = (command: string): string[] => command.split(' ');
    expect(favoredSide(words('git merge german'))).toBeUndefined();
    expect(favoredSide(words('git merge --strategy-option=ours german'))).toBe('ours');
    expect(favoredSide(words('git rebase -Xpatience --strategy-option theirs main'))).toBe(
      'theirs',
    );
    expect(favoredSide(words('git merge -X theirs -X ours german'))).toBe('ours');
    expect(favoredSide(words('git merge -Xrename-threshold=50 german'))).toBeUndefined();
    expect(favoredSide(words('git merge -- -Xours'))).toBeUndefined();
  });

  test('is not taken for what training wrote: it has to be trained', () => {
    const files = (value: number): Files => ({ 'metrics.json': `{"a": ${value}}\n`, ...epochs(1) });
    const repository = branches(files(1), files(2), files(3));
    expect(git(repository, 'merge', '-X', 'theirs', 'german').code).toBe(1);
    expect(readFileSync(join(repository.folder, 'metrics.json'), 'utf8')).toContain(
      'to be retrained: metrics.json',
    );
  });
});

/** Two branches that merged each other, and resolved the same conflict in `epochs` each in its way. */
function crissCross(ours: number, theirs: number, seed: number): Repository {
  const repository = branches(epochs(1), epochs(2), epochs(3));
  repository.git('branch', 'german-before', 'german');
  const resolve = (branch: string, other: string, value: number): void => {
    repository.git('checkout', '-q', branch);
    git(repository, 'merge', '-q', other);
    execFileSync('sh', ['-c', `printf '%s' '${epochs(value)[PATH]}' > ${PATH}`], {
      cwd: repository.folder,
    });
    repository.git('commit', '-q', '-a', '-m', `Merge ${other}`);
  };
  repository.git('branch', 'main-before', 'main');
  resolve('main', 'german-before', ours);
  resolve('german', 'main-before', theirs);
  repository.git('checkout', '-q', 'german');
  repository.commit({
    [PATH]: (epochs(theirs)[PATH] as string).replace('"seed": 1', `"seed": ${seed}`),
  });
  repository.git('checkout', '-q', 'main');
  return repository;
}

describe('a criss-cross merge whose ancestors conflict', () => {
  test('is clean where both sides resolved the conflict in the same way', () => {
    const { code, text } = git(crissCross(5, 5, 7), 'merge', '-m', 'Both', 'german');
    expect(text).toBe('{\n  "epochs": 5,\n  "seed": 7\n}\n');
    expect(code).toBe(0);
  });

  test('is a conflict of that key only where they did not', () => {
    const { code, text } = git(crissCross(2, 3, 7), 'merge', '-m', 'Both', 'german');
    expect(text).toBe(
      lines(
        '<<<<<<< HEAD',
        '  "epochs": 2,',
        '=======',
        '  "epochs": 3,',
        '>>>>>>> german',
      ).replace('"seed": 1', '"seed": 7'),
    );
    expect(code).toBe(1);
  });
});
