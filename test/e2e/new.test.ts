import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkRequirements } from '../../src/artifacts/requirements.ts';
import { TEMPLATES } from '../../src/repository/new-repository.ts';
import { listFiles, readDocument } from '../docs/markdown.ts';
import { runGit, temporaryFolder } from '../support/git-version.ts';
import { MAIN, ROOT, runCommand } from '../support/server.ts';

const GIT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'A U Thor',
  GIT_COMMITTER_EMAIL: 'author@example.com',
};

const newFolder = (): string => join(temporaryFolder(), 'reviews');

describe.each(TEMPLATES)('models new --template %s', (template) => {
  test('makes a repository that lacks only what training writes', async () => {
    const folder = newFolder();
    const labels = 'bug, praise,question,price,delivery';
    const args = ['models', 'new', folder, '--template', template, '--labels', labels, '--json'];
    const { code, stdout, stderr } = await runCommand(args, GIT);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const git = (...words: string[]): string =>
      runGit(folder, words, { env: GIT }).toString().trim();
    const expected = ['bug', 'praise', 'question', 'price', 'delivery'];
    const made = JSON.parse(stdout);
    expect(made).toMatchObject({ folder, template, labels: expected });
    expect(made.commit).toBe(git('rev-parse', 'HEAD'));
    expect(git('status', '--porcelain')).toBe('');

    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    expect(JSON.parse(read('hyperparameters.json')).labels).toEqual(expected);
    expect(read('README.md')).toContain(`# ${basename(folder)}\n`);
    expect(read('README.md')).toContain(`Labels: ${expected.join(', ')}.`);
    expect(read('.gitattributes')).toContain('model.onnx filter=lfs');
    expect(git('config', 'merge.tweet-sentiment.driver')).toContain('models merge-driver');
    const { datasets } = JSON.parse(read('data/datasets.json'));
    expect(datasets).toMatchObject([
      {
        name: 'examples',
        language: 'en',
        license: 'CC0-1.0',
        files: [{ rows: 600 }, { rows: 150 }],
      },
    ]);

    const commit = ['models', 'commit', '-m', 'x', '--repository', folder];
    const refused = await runCommand([...commit, '--data', join(folder, 'data')], GIT);
    expect(
      refused.stderr
        .trim()
        .split('\n')
        .map((line) => line.replace(/^.*missing: /, '')),
    ).toEqual([
      'config.json: training writes it',
      'golden.json: `models golden make` writes it',
      'metrics.json: training writes it',
      'model.onnx: training writes it',
      'profile.json: `models profile . <training files> --output profile.json` writes it',
      'tokenizer.json: training writes it',
    ]);
  });

  test('pins each package, and has no address', () => {
    const files = listFiles(join('templates', template));
    const text = readFileSync(
      join(ROOT, 'templates', template, 'environment/requirements.txt'),
      'utf8',
    );
    expect(checkRequirements(text, 'requirements.txt')).toEqual([]);
    for (const path of files.filter((each) => each.includes('/environment/'))) {
      expect(readFileSync(join(ROOT, path), 'utf8'), path).not.toContain('://');
    }
  });
});

test('models new prints the next commands', async () => {
  const folder = newFolder();
  const { stdout } = await runCommand(['models', 'new', folder], GIT);
  expect(stdout).toBe(
    `${folder}: a repository from the template sklearn-tfidf, with 750 example texts\n` +
      'labels: negative, neutral, positive\n' +
      'next:\n' +
      `  cd '${folder}'\n` +
      `  export TWEET_SENTIMENT="'${process.execPath}' '${MAIN}'"\n` +
      `  alias tweet-sentiment="'${process.execPath}' '${MAIN}'"\n` +
      '  uv venv --python 3.11\n' +
      '  uv pip sync --python .venv --require-hashes environment/requirements.txt\n' +
      '  .venv/bin/python code/train.py --data data\n' +
      '  tweet-sentiment models commit -m "First version" --data data\n',
  );
  const lines = stdout.split('\n').filter((line) => line.startsWith('  '));
  const document = readDocument('docs/how-to/your-own-model.md');
  expect(lines.slice(3).filter((line) => !document.includes(`${line.trim()}\n`))).toEqual([]);
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'tweet-sentiment'), '');
  const installed = await runCommand(['models', 'new', newFolder()], {
    ...GIT,
    PATH: `${bin}:${process.env.PATH}`,
  });
  expect(installed.stdout).not.toContain('TWEET_SENTIMENT');
  expect(installed.stdout).toContain('  tweet-sentiment models commit');
});

test('what models new defines is the server itself in the background: kill ends it', async () => {
  const { stdout } = await runCommand(['models', 'new', newFolder()], GIT);
  const definition = stdout.split('\n').find((line) => line.startsWith('  alias ')) as string;
  const log = join(temporaryFolder(), 'log');
  writeFileSync(log, '');
  const script = [
    // As in a terminal; a script expands no alias.
    'shopt -s expand_aliases',
    definition,
    `tweet-sentiment logs --follow '${log}' >/dev/null 2>&1 &`,
    // Until the shell's child has become the program; of a function, it does not.
    'for n in $(seq 100); do name=$(ps -o comm= -p $!); [ "$name" = bash ] || break; sleep 0.1; done',
    'echo "$name"; kill $!; wait $!',
    `remaining=$(pgrep -f 'logs --follow ${log}'); echo "remaining: $remaining"; kill $remaining`,
  ].join('\n');
  // From standard input: not in the arguments of a process.
  const output = spawnSync('bash', ['-s'], {
    encoding: 'utf8',
    input: script,
    timeout: 60_000,
  }).stdout;
  const [name, remaining] = output.trim().split('\n');
  expect(name).not.toBe('bash');
  expect(remaining).toBe('remaining:');
});

test('models new --help shows each default once', async () => {
  const { stdout } = await runCommand(['models', 'new', '--help']);
  const defaults = stdout.replace(/\s+/g, ' ').match(/default: [^)]*\)/g);
  expect(defaults).toEqual(['default: "sklearn-tfidf")', 'default: negative,neutral,positive)']);
});

describe('models new refuses', () => {
  test.each<[string, readonly string[], string]>([
    ['one label', ['--labels', 'a'], '--labels: expected two or more different names, such as'],
    [
      'a label twice',
      ['--labels', 'a,b,a'],
      '--labels: expected two or more different names, such as',
    ],
    [
      'an empty label',
      ['--labels', 'a,,b'],
      '--labels: expected two or more different names, such as',
    ],
    ...['__proto__,b', 'a,\u001b[31m'].map((labels): [string, string[], string] => [
      `a name that can not be one: ${labels}`,
      ['--labels', labels],
      '--labels: expected two or more different names, such as',
    ]),
    [
      'more labels than there are examples for',
      ['--labels', Array.from({ length: 22 }, (_, at) => `l${at}`).join(',')],
      'expected at most 21 labels: for more there are no examples',
    ],
    [
      'another template',
      ['--template', 'x'],
      'Allowed choices are sklearn-tfidf, transformer-finetune',
    ],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCommand(['models', 'new', newFolder(), ...args], GIT);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a folder that has files, and keeps them', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'README.md'), 'mine');
    const { code, stderr } = await runCommand(['models', 'new', folder], GIT);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `tweet-sentiment: ${folder} is not empty: name a new folder\n`,
    });
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine');
  });

  test('to commit as nobody, before it writes anything', async () => {
    const folder = newFolder();
    const { code, stderr } = await runCommand(['models', 'new', folder], {
      ...GIT,
      // No name at all, as in a container whose user has no entry.
      GIT_COMMITTER_NAME: '',
      GIT_COMMITTER_EMAIL: '',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('git does not know who commits: `git config --global user.name');
    expect(() => readFileSync(join(folder, 'README.md'))).toThrow(/ENOENT/);
  });
});
