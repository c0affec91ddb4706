/** The mistakes of somebody who makes a first version: all at once, each with what to do. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRepository, PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import {
  createModelRepository,
  type ModelRepository,
  remove,
} from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

test('models commit of an empty repository lists all that is missing, with what makes it', async () => {
  const { folder } = createRepository();
  await runCommand(['models', 'init', folder], PLAIN_GIT);
  const args = ['models', 'commit', '-m', 'x', '--data', temporaryFolder(), '--repository', folder];
  const { code, stderr } = await runCommand(args, PLAIN_GIT);
  expect(code).toBe(1);
  expect(stderr.split('\n')).toEqual([
    'tweet-sentiment: missing: README.md: every version has one',
    'missing: config.json: training writes it',
    'missing: data/datasets.json: `models data add` writes it',
    'missing: environment/.python-version: every version has one',
    'missing: environment/environment.json: every version has one',
    'missing: environment/requirements.txt: `uv pip compile --generate-hashes --no-emit-index-url` writes it',
    'missing: golden.json: `models golden make` writes it',
    'missing: hyperparameters.json: every version has one',
    'missing: metrics.json: training writes it',
    'missing: model.onnx: training writes it',
    'missing: profile.json: `models profile . <training files> --output profile.json` writes it',
    'missing: tokenizer.json: training writes it',
    '',
  ]);
});

describe('models commit', () => {
  let repository: ModelRepository;
  beforeAll(async () => {
    repository = await createModelRepository();
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '-m', 'Before');
  });
  beforeEach(() => {
    repository.git('reset', '--quiet', '--hard');
  });

  test('reports the mistakes of all files in one run', async () => {
    repository.edit('metrics.json', (metrics) => {
      metrics.dataset = metrics.datasets;
      delete metrics.datasets;
      delete metrics.calibration;
      metrics.primary = 'f1';
    });
    repository.edit('data/datasets.json', ({ datasets }) => {
      const [{ files }] = datasets as [{ files: Record<string, unknown>[] }];
      Object.assign(files[0] as object, { rows: '2', labels: { positive: '1' } });
    });
    repository.edit('golden.json', ({ texts }) => {
      const [first] = texts as [{ scores: unknown }];
      first.scores = { negative: 1, netural: 0, positive: 0 };
    });
    repository.write('environment/requirements.txt', 'numpy\n');
    repository.edit('environment/environment.json', (environment) => {
      environment.command = 'python train.py';
    });
    remove(repository, 'README.md');
    const { code, stderr } = await repository.commitVersion();
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'tweet-sentiment: missing: README.md: every version has one',
      'data/datasets.json: datasets.0.files.0.rows: expected a number, found "2"',
      'data/datasets.json: datasets.0.files.0.labels.positive: expected a number, found "1"',
      '  data/datasets.json is described in docs/reference/datasets.schema.json',
      'metrics.json: primary: expected one of macro_recall, macro_f1, accuracy, found "f1"',
      'metrics.json: datasets: expected an object, found nothing among the keys "primary", "trained_from", "dataset"',
      '  metrics.json is described in docs/reference/metrics.schema.json',
      'environment/requirements.txt: numpy has no exact version',
      'environment/environment.json: the command runs no file of code/: python train.py',
      'environment/environment.json: the command has no DATA, the word that `models reproduce` replaces by ' +
        'the folder with the data, as in "python code/train.py --data DATA": python train.py',
      'golden.json: texts.0.scores: labels: expected negative, neutral, positive, found negative, netural, positive; `models golden make` writes them',
      '',
    ]);
  });

  test('reports conflicts first, and nothing else of the files that have one', async () => {
    const conflict = '<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n';
    for (const path of ['metrics.json', 'golden.json', 'hyperparameters.json', 'code/train.py']) {
      repository.write(path, conflict);
    }
    remove(repository, 'README.md');
    const { code, stderr } = await repository.commitVersion();
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'tweet-sentiment: code/train.py has a conflict that is not resolved',
      'hyperparameters.json has a conflict that is not resolved',
      'to be retrained: a merge left no golden.json, metrics.json: training writes them',
      'missing: README.md: every version has one',
      '',
    ]);
  });

  test('names each file of the data that is missing in a line', async () => {
    repository.edit('data/datasets.json', ({ datasets }) => {
      for (const file of (datasets as { files: { sha256: string }[] }[])[0]?.files ?? []) {
        file.sha256 = '0'.repeat(64);
      }
    });
    repository.train();
    const { stderr } = await repository.commitVersion();
    expect(stderr.split('\n')).toEqual([
      `tweet-sentiment: ${repository.data} does not hold the data:`,
      `  tiny/train.tsv (53 bytes, sha256 ${'0'.repeat(64)})`,
      `  tiny/dev.tsv (43 bytes, sha256 ${'0'.repeat(64)})`,
      '',
    ]);
  });

  test('lists at most ten mistakes of a file', async () => {
    repository.edit('golden.json', ({ texts }) => {
      for (const each of (texts as { scores: unknown }[]).slice(0, 12)) {
        each.scores = [0, 0, 1];
      }
    });
    const { stderr } = await repository.commitVersion();
    expect(stderr).toContain(
      'golden.json: texts.9.scores: expected an object, found an array of 3\n',
    );
    expect(stderr).not.toContain('texts.10');
    expect(stderr).toContain('golden.json: 2 more problems\n');
  });
});

describe('models lineage --check', () => {
  let repository: ModelRepository;
  beforeAll(async () => {
    repository = await createModelRepository();
  });
  const check = (variables: Readonly<Record<string, string>> = PLAIN_GIT) =>
    runCommand(['models', 'lineage', repository.folder, '--check'], variables);

  test('is content with what a version starts from, without outputs and data', async () => {
    for (const path of ['model.onnx', 'golden.json', 'metrics.json', 'profile.json']) {
      remove(repository, path);
    }
    repository.write('data/datasets.json', '{"datasets": []}\n');
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).ingredients).toMatch(/^[0-9a-f]{64}$/);
  });

  test('refuses what commit would refuse after the training', async () => {
    repository.edit('environment/environment.json', (environment) => {
      environment.command = 'python code/train.py';
    });
    repository.write('metrics.json', '<<<<<<< ours\n');
    repository.write('hyperparameters.json', '<<<<<<< ours\n');
    repository.write('.gitattributes', '* -text\n');
    remove(repository, 'README.md');
    const { code, stdout, stderr } = await check();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n').map((line) => line.slice(0, 66))).toEqual([
      'tweet-sentiment: hyperparameters.json has a conflict that is not r',
      'missing: README.md: every version has one',
      'environment/environment.json: the command has no DATA, the word th',
      '.gitattributes: model.onnx is not for git-lfs; `models init` adds ',
      '',
    ]);
  });

  test('refuses a clone in which git does not know who commits', async () => {
    repository.git('config', '--unset', 'user.name');
    const nobody = { GIT_COMMITTER_NAME: '', GIT_AUTHOR_NAME: '' };
    const { code, stderr } = await check({ ...PLAIN_GIT, ...nobody });
    expect(code).toBe(2);
    expect(stderr).toContain('git does not know who commits: `git config --global user.name');
  });
});
