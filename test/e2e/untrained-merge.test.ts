/** A merge that nobody has trained does not get through, however git made it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkTraining } from '../../src/repository/gate/checks/training.ts';
import { openRepository } from '../../src/repository/git.ts';
import { createRepositoryStore } from '../../src/repository/store.ts';
import { publishVersion } from '../../src/version/publish.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { MODEL } from '../support/pinned.ts';
import { runCommand } from '../support/server.ts';

/** Two branches from one base, each with other ingredients and the outputs of its own training. */
let repository: ModelRepository;
beforeAll(async () => {
  repository = await createModelRepository();
  repository.retrain('base');
  commitWithGit('Base');
  repository.git('branch', 'other');
  repository.edit('hyperparameters.json', (json) => Object.assign(json, { ours: 1 }));
  repository.retrain('ours');
  commitWithGit('Ours');
  repository.git('tag', 'ours');
  repository.git('checkout', '--quiet', 'other');
  repository.write('code/train.py', `${repository.read('code/train.py')}# theirs\n`);
  repository.retrain('theirs');
  commitWithGit('Theirs');
  repository.git('tag', 'theirs');
});
beforeEach(() => {
  repository.git('reset', '--quiet', '--hard');
  repository.git('clean', '-fdq');
  repository.git('checkout', '--quiet', '-B', 'merged', 'ours');
});

function commitWithGit(message: string): void {
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--no-edit', '--allow-empty', '-m', message);
}

function chooseInConflicts(side: '--ours' | '--theirs'): void {
  const conflicts = repository.git('diff', '--name-only', '--diff-filter=U').trim().split('\n');
  repository.git('checkout', side, '--', ...conflicts);
  commitWithGit('Both');
}

/** As in a clone in which `models init` was not run. */
function withoutDriver(): void {
  rmSync(join(repository.folder, '.git/info/attributes'), { force: true });
}

/** What `gate` finds in a commit. */
async function trainingOf(revision = 'HEAD') {
  const opened = await openRepository(repository.folder);
  const store = createRepositoryStore(opened, createFolderStore(temporaryFolder()));
  const sha = repository.git('rev-parse', revision).trim();
  const version = await openVersion(store, MODEL, sha);
  return checkTraining(store, version, await readVersion(store, version));
}

const RETRAIN = { result: 'failed', detail: expect.stringMatching(/^to be retrained: /) };

describe('with one digest of all ingredients', () => {
  test('both branches are as they were trained', async () => {
    expect(await trainingOf('ours')).toMatchObject({ result: 'passed' });
    expect(await trainingOf('theirs')).toMatchObject({ result: 'passed' });
  });

  const merges: [string, () => void][] = [
    ['git merge -X theirs', () => repository.git('merge', '-q', '-X', 'theirs', 'theirs')],
    ['git merge -X ours', () => repository.git('merge', '-q', '-X', 'ours', 'theirs')],
    [
      'git merge -s ours with their code',
      () => {
        repository.git('merge', '-q', '-s', 'ours', 'theirs');
        repository.git('checkout', 'theirs', '--', 'code');
        repository.git('commit', '-q', '--amend', '--no-edit');
      },
    ],
    [
      'theirs chosen in each conflict',
      () => {
        expect(() => repository.git('merge', '-q', 'theirs')).toThrow();
        chooseInConflicts('--theirs');
      },
    ],
    [
      'the lines of each conflict of both',
      () => {
        writeFileSync(
          join(repository.folder, '.gitattributes'),
          '* merge=union\nmodel.onnx filter=lfs merge=binary\n',
        );
        repository.git('commit', '-qam', 'Attributes');
        repository.git('merge', '-q', '-X', 'theirs', 'theirs');
      },
    ],
    ['a cherry-pick', () => repository.git('cherry-pick', '-X', 'theirs', 'theirs')],
    [
      'the weights of the other branch',
      () => {
        repository.git('checkout', 'theirs', '--', 'model.onnx');
        commitWithGit('Their weights');
      },
    ],
    [
      'all outputs of the other branch but its record',
      () => {
        repository.git(
          'checkout',
          'theirs',
          '--',
          'model.onnx',
          'golden.json',
          'profile.json',
          'tokenizer.json',
        );
        commitWithGit('Their outputs');
      },
    ],
    [
      'the profile of the other branch',
      () => {
        repository.git('checkout', 'theirs', '--', 'profile.json');
        commitWithGit('Their profile');
      },
    ],
  ];
  test.each(merges)('%s is refused', async (_name, merge) => {
    withoutDriver();
    merge();
    const { result, detail } = await trainingOf();
    expect(result, detail).toBe('failed');
  });

  test('git merge -s resolve, which calls no driver, is refused', async () => {
    expect(() => repository.git('merge', '-q', '-s', 'resolve', 'theirs')).toThrow();
    chooseInConflicts('--ours');
    expect(await trainingOf()).toMatchObject(RETRAIN);
  });

  test('an octopus merge, which calls no driver, is refused', async () => {
    const branches = ['first', 'second'].map((name) => {
      repository.git('checkout', '--quiet', '-B', name, 'ours');
      repository.write(`code/${name}.py`, '');
      commitWithGit(name);
      return name;
    });
    repository.git('checkout', '--quiet', 'merged');
    repository.git('merge', '-q', '--no-ff', ...branches);
    expect(repository.git('log', '-1', '--format=%P').trim().split(' ')).toHaveLength(3);
    expect(await trainingOf()).toMatchObject(RETRAIN);
  });

  test('trained again, it passes, and is committed', async () => {
    withoutDriver();
    repository.git('merge', '-q', '--no-commit', '-X', 'theirs', 'theirs');
    const refused = await repository.commitVersion('Both');
    expect(refused.stderr).toMatch(
      /to be retrained: since the weights were trained, hyperparameters\.json changed \(commit \w{40}\)/,
    );
    repository.retrain('both');
    const { code, stderr } = await repository.commitVersion('Both');
    expect([code, stderr]).toEqual([0, '']);
    expect(repository.git('log', '-1', '--format=%P').trim().split(' ')).toHaveLength(2);
    expect(await trainingOf()).toMatchObject({
      result: 'passed',
      detail: expect.stringMatching(/^\d+ ingredients and 4 outputs as recorded$/),
    });
  });

  test('a merge of a branch without changes keeps its training', async () => {
    repository.git('checkout', '--quiet', '-B', 'merged', 'theirs~1');
    repository.git('merge', '-q', '--no-ff', '-m', 'Theirs', 'theirs');
    expect(await trainingOf()).toMatchObject({ result: 'passed' });
  });

  test('commit, gate, publish and serve refuse it', async () => {
    withoutDriver();
    repository.git('merge', '-q', '-X', 'theirs', 'theirs');
    const { folder } = repository;
    const sha = repository.git('rev-parse', 'HEAD').trim();
    const store = temporaryFolder();
    const flags = ['--repository', folder];

    const gate = await runCommand(['models', 'gate', sha, ...flags], PLAIN_GIT);
    expect(gate.stdout).toMatch(
      /^FAIL {2}trained from its ingredients {2}to be retrained: .*\n {8}run the training, .*\n.*`models commit`\nrefused: 1 of 1 checks failed\n$/,
    );
    expect(gate.code).toBe(1);

    const publish = await runCommand(
      ['models', 'publish', sha, ...flags, '--model-store', store],
      PLAIN_GIT,
    );
    expect(publish.stderr).toMatch(
      new RegExp(`^tweet-sentiment: ${sha} can't be published: to be retrained: `),
    );
    expect(publish.code).toBe(1);

    repository.write('README.md', '# Changed');
    expect((await repository.commitVersion()).stderr).toContain(
      'to be retrained: since the weights were trained',
    );

    const source = createRepositoryStore(await openRepository(folder), createFolderStore(store));
    await publishVersion(source, createFolderStore(store), MODEL, sha);
    const serve = await runCommand(['serve'], { MODEL_STORE: store, MODEL_COMMIT: sha, PORT: '0' });
    expect(serve.stderr).toMatch(/^tweet-sentiment: to be retrained: /);
    expect(serve.code).toBe(2);
  });
});

describe('with a digest of each ingredient, as earlier versions recorded it', () => {
  beforeEach(() => {
    repository.git('checkout', '--quiet', '-B', 'listed', 'ours~1');
    repository.listIngredients();
    commitWithGit('Base');
    repository.git('checkout', '--quiet', '-B', 'listed-other');
    repository.write('code/train.py', `${repository.read('code/train.py')}# theirs\n`);
    repository.retrain('theirs');
    repository.listIngredients();
    commitWithGit('Theirs');
    repository.git('checkout', '--quiet', 'listed');
    repository.edit('hyperparameters.json', (json) => Object.assign(json, { ours: 1 }));
    repository.retrain('ours');
    repository.listIngredients();
    commitWithGit('Ours');
    // Earlier versions had no attribute for the files that training writes.
    writeFileSync(
      join(repository.folder, '.gitattributes'),
      'model.onnx filter=lfs diff=lfs merge=lfs -text\n',
    );
    commitWithGit('Attributes');
    withoutDriver();
  });

  test('a version is reported as not proven, and passes', async () => {
    expect(await trainingOf()).toMatchObject({
      result: 'info',
      detail: expect.stringMatching(/^lineage not proven: /),
    });
  });

  test('a merge with the weights of a parent is refused, though its list is right', async () => {
    repository.git('merge', '-q', '-X', 'theirs', 'listed-other');
    const parent = repository.git('rev-parse', 'listed-other').trim();
    expect(await trainingOf()).toMatchObject({
      result: 'failed',
      detail: `to be retrained: model.onnx is that of ${parent}, a parent of this merge, which has other ingredients`,
    });
  });

  test('a merge that was trained passes', async () => {
    repository.git('merge', '-q', '-X', 'theirs', 'listed-other');
    repository.retrain('both');
    repository.listIngredients();
    repository.git('add', '--all');
    repository.git('commit', '-q', '--amend', '--no-edit');
    expect(await trainingOf()).toMatchObject({ result: 'info' });
  });
});
