/** What a person reads after a mistake: what was expected, what was found, what to do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand } from '../support/server.ts';

const FOLDER = temporaryFolder();
const FILE = join(FOLDER, 'file');
writeFileSync(FILE, 'text\n');

/** `<folder>` and `<file>` are paths of this test. */
const fill = (text: string): string =>
  text.replaceAll('<folder>', FOLDER).replaceAll('<file>', FILE);

test.each<[string, string]>([
  [
    'models show v1.0.0 --model-store <folder>',
    'commit: expected a full SHA (40 or 64 lower-case hex digits), found "v1.0.0": a branch, a tag or a ' +
      'short SHA needs a model repository: run the command in a clone of it, or name a clone or bundle ' +
      'with --repository (<folder> has no tweet-sentiment.bundle)',
  ],
  [
    'models show --model-store <folder> --model-commit main',
    'MODEL_COMMIT must be a full commit SHA (40 or 64 lower-case hex digits), found "main": a branch, a ' +
      'tag or a short SHA can refer to another commit later, a full SHA can not',
  ],
  [
    'models show --model-store <folder>',
    '<folder>/tweet-sentiment/PINNED does not exist: expected the full SHA of the version to serve ' +
      'there, or in MODEL_COMMIT; MODEL_STORE is <folder>: set it to the store that has the version',
  ],
  [
    `models show ${PINNED} --model-store <folder>`,
    `<folder> holds no version ${PINNED} of tweet-sentiment: ` +
      `<folder>/tweet-sentiment/${PINNED}/commit.json does not exist; ` +
      'MODEL_STORE is <folder>: set it to the store that has the version',
  ],
  [
    'models show nothing',
    '"nothing" names no commit of models/tweet-sentiment.bundle, or more than one',
  ],
  [
    'models list --repository <folder>/none',
    '<folder>/none does not exist: expected a git repository',
  ],
  ['models list --repository <folder>', '<folder> is not in a git repository'],
  ['models list --model-store <folder>', '<folder>/tweet-sentiment does not exist'],
  [
    'models fetch v1 --model-store https://localhost/models',
    'the commit must be a full commit SHA (40 or 64 lower-case hex digits), found "v1": a branch, a tag ' +
      'or a short SHA can refer to another commit later, a full SHA can not',
  ],
  ['models profile <folder> <file>', '<folder>/model.onnx does not exist: train the model first'],
  [
    'models commit -m x --data <folder> --repository <folder>',
    '<folder> is not in a git repository',
  ],
  [
    'models publish x --model-store https://localhost/models',
    'https://localhost/models can only be read from: publish to a folder or to s3://bucket/prefix',
  ],
  [
    'models list --model-store https://localhost/models',
    "https://localhost/models can't be listed, since a web server lists no files: name a version, as in " +
      '`models show <sha>`',
  ],
])('%s', async (args, message) => {
  const { code, stdout, stderr } = await runCommand(fill(args).split(' '), PLAIN_GIT);
  expect(stderr).toBe(`tweet-sentiment: ${fill(message)}\n`);
  expect(stderr).not.toMatch(/E[A-Z]{4,}|scandir|lstat|Invalid input/);
  expect([code, stdout]).toEqual([2, '']);
});

test('a file that is no bundle', async () => {
  const { code, stderr } = await runCommand(['models', 'init', FILE]);
  expect(stderr).toBe(
    `tweet-sentiment: ${FILE} is not a bundle of a git repository: error: '${FILE}' does not look like ` +
      'a v2 or v3 bundle file\n',
  );
  expect(code).toBe(2);
});

describe('in a model repository', () => {
  let repository: ModelRepository;
  beforeAll(async () => {
    repository = await createModelRepository();
  });

  test('data that are not there are one of the problems', async () => {
    repository.write('environment/requirements.txt', 'numpy==2.4.6\n');
    const { folder } = repository;
    const args = ['models', 'commit', '-m', 'x', '--repository', folder, '--data', '/nowhere'];
    const { code, stderr } = await runCommand(args, PLAIN_GIT);
    expect(stderr).toContain('environment/requirements.txt: numpy has no hash\n');
    expect(stderr).toMatch(/\n\/nowhere does not exist: expected the folder with the data\n$/);
    expect(stderr).not.toMatch(/ENOENT|scandir/);
    expect(code).toBe(1);
  });

  test('weights of which only the pointer is there, in a bundle and in a clone', async () => {
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '-m', 'A version');
    const sha = repository.git('rev-parse', 'HEAD').trim();
    const bundle = join(temporaryFolder(), 'model.bundle');
    repository.git('bundle', 'create', '--quiet', bundle, 'HEAD', 'main');
    const store = temporaryFolder();
    const args = ['models', 'publish', sha, '--repository', bundle, '--model-store', store];
    const { code, stderr } = await runCommand(args);
    expect(stderr).toBe(
      `tweet-sentiment: ${bundle} has only the git-lfs pointer of model.onnx of ${sha}, and ${store} ` +
        'does not have it either: name a store that has it, by --model-store, or --from of publish\n',
    );
    expect(code).toBe(2);

    const clone = join(temporaryFolder(), 'clone');
    repository.git('clone', '--quiet', repository.folder, clone);
    const { data } = repository;
    const pointer = 'model.onnx is a git-lfs pointer here: its bytes are missing';
    const commit = ['models', 'commit', '-m', 'x', '--repository', clone, '--data', data];
    expect((await runCommand(commit, PLAIN_GIT)).stderr).toContain(
      `tweet-sentiment: ${pointer}; \`models pull\` copies them from a remote of the clone; else train the ` +
        'model again, or copy model.onnx from a store, after `models init`\n',
    );
    repository.git('-C', clone, 'config', 'filter.lfs.clean', 'git-lfs clean -- %f');
    expect((await runCommand(commit, PLAIN_GIT)).stderr).toContain(
      `tweet-sentiment: ${pointer}; \`git lfs pull\` downloads them\n`,
    );
    const profile = await runCommand(['models', 'profile', clone, join(data, 'tiny/train.tsv')]);
    expect(profile.stderr).toBe(
      `tweet-sentiment: ${clone}/model.onnx is a git-lfs pointer: expected the file itself; ` +
        '`models pull` copies it from a remote of the clone; else train the model, or copy the file from a store\n',
    );
  });
});
