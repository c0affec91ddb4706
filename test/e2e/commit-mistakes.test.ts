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
      'environment/environment.json: the command has no DATA: python train.py',
      'golden.json: texts.0.scores: labels: expected negative, neutral, positive, found negative, netural, positive; `models golden make` writes them',
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
