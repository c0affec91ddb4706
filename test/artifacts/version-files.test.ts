import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArtifact } from '../../src/artifacts/read.ts';
import {
  isIngredient,
  kindOf,
  MODEL_FILES,
  mergeStrategyOf,
  ruleOf,
} from '../../src/artifacts/version-files.ts';
import { MODEL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

test.each([
  ['code/train.py', 'code', true],
  ['data/datasets.json', 'data', true],
  ['data/labels.txt', 'data', true],
  ['hyperparameters.json', 'configuration', true],
  ['environment/requirements.in', 'environment', true],
  ['environment/notes.txt', 'environment', true],
  ['config.json', 'model', false],
  ['model.onnx', 'model', false],
  ['golden.json', 'evidence', false],
  ['README.md', 'documentation', false],
  ['LICENSE', 'documentation', false],
  ['docs/images/curve.png', 'documentation', false],
  ['.gitattributes', 'documentation', false],
  ['.lfsconfig', 'documentation', false],
  ['.github/workflows/gate.yml', 'documentation', false],
  // What training code can import or read counts as code.
  ['README.py', 'code', true],
  ['lib/settings.py', 'code', true],
  ['settings.json', 'code', true],
  ['docs/metrics.json', 'code', true],
  ['docs/settings.py', 'code', true],
  ['code', 'code', true],
  ['constructor', 'code', true],
])('%s is of the kind %s', (path, kind, isTrainedFrom) => {
  expect(kindOf(path)).toBe(kind);
  expect(isIngredient(path)).toBe(isTrainedFrom);
});

test.each([
  ['hyperparameters.json', 'json-keys'],
  ['folder/data/datasets.json', 'datasets'],
  ['environment/requirements.in', 'packages'],
  ['environment/teacher/requirements.txt', 'packages'],
  ['folder/environment/teacher/requirements.in', 'packages'],
  ['code/requirements.txt', 'lines'],
  ['folder/metrics.json', 'retrain'],
  ['other.json', 'json-keys'],
  ['code/train.py', 'lines'],
  ['notdata/datasets.json', 'json-keys'],
])('%s is merged by %s', (path, strategy) => {
  expect(mergeStrategyOf(path)).toBe(strategy);
});

test('a classifier is loaded from three files', () => {
  expect([...MODEL_FILES].sort()).toEqual(['config.json', 'model.onnx', 'tokenizer.json']);
});

test('every file at the top of the shipped version has a rule', () => {
  const paths = readdirSync(join(ROOT, 'models', MODEL, PINNED), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  const withoutRule = paths.filter((path) => !ruleOf(path));
  expect(withoutRule.sort()).toEqual(['.gitattributes', '.gitignore', 'commit.json']);
});

test.each([
  ['config.json', '{"id2label": {"1": "a"}}', 'config.json: id2label: no label for index 0'],
  ['config.json', '[]', 'config.json: top level: '],
  ['metrics.json', '{', 'metrics.json is not JSON: '],
  ['golden.json', '{"texts": []}', 'golden.json: texts: '],
  ['tokenizer.json', '{"model": {}}', 'tokenizer.json: model.vocab: expected an object of ids'],
  ['tokenizer.json', '{"model": {"vocab": [["a"]]}}', 'tokenizer.json: model.vocab: '],
  ['profile.json', '{"texts": 1, "features": {"a": {}}}', 'profile.json: features.a: '],
  [
    'profile.json',
    '{"texts": 1, "features": {"a": {"categories": ["x", "x"], "ratios": [0, 1]}}}',
    'profile.json: features.a: expected a ratio for each bin, and no bin twice',
  ],
  ['environment/environment.json', '{"command": ""}', 'environment/environment.json: command: '],
  ['data/datasets.json', '{"datasets": []}', 'data/datasets.json: datasets: '],
] as const)('%s with %s is refused, and the key is named', (path, text, message) => {
  let found: unknown;
  try {
    parseArtifact(path, text);
  } catch (error) {
    found = error;
  }
  expect(found).toMatchObject({ code: 'unfit', message: expect.stringContaining(message) });
});
