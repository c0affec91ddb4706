/** A file that is not in its format is refused with the key, what was expected and what was found. */
import { expect, test } from 'vitest';
import { type ArtifactPath, parseArtifact } from '../../src/artifacts/read.ts';

const LABELS = { id2label: { 0: 'a' } };
const SCORES = { macro_recall: 1, macro_f1: 1, accuracy: 1, labels: {} };
const DATA_FILE = {
  path: 'x',
  role: 'train',
  sha256: '0'.repeat(64),
  bytes: 1,
  rows: 1,
  labels: {},
  languages: {},
};
const datasets = (change: object): object => ({
  datasets: [
    { name: 'a', language: 'en', source: 's', license: 'l', files: [{ ...DATA_FILE, ...change }] },
  ],
});
const metrics = (trained_from: unknown): object => ({
  primary: 'accuracy',
  datasets: { a: { rows: 1, int8: SCORES } },
  trained_from,
});
const profile = (feature: object): object => ({ texts: 1, features: { a: feature } });

const CALIBRATION = { method: 'temperature', temperature: 1.5, fitted_on: ['a'], bins: 15 };
const CALIBRATED = { ...SCORES, calibration_error: { before: 0.1, after: 0.01 } };
const calibrated = (scores: object, calibration: unknown): object => ({
  primary: 'accuracy',
  datasets: { a: { rows: 1, int8: scores } },
  ...(calibration === undefined ? {} : { calibration }),
});

test.each<[ArtifactPath, unknown, string]>([
  [
    'metrics.json',
    calibrated(CALIBRATED, { ...CALIBRATION, temperature: 0 }),
    'calibration.temperature: expected a number, more than 0, found 0',
  ],
  [
    'metrics.json',
    calibrated(CALIBRATED, { ...CALIBRATION, fitted_on: [] }),
    'calibration.fitted_on: expected at least 1 entry, found an array of 0',
  ],
  [
    'metrics.json',
    calibrated(SCORES, CALIBRATION),
    'datasets.a.int8.calibration_error: expected before and after, since calibration.fitted_on names ' +
      'the data set, found nothing among the keys "macro_recall", "macro_f1", "accuracy", "labels"',
  ],
  [
    'metrics.json',
    calibrated(CALIBRATED, undefined),
    'calibration: expected method, temperature, fitted_on and bins, since there are errors of it, ' +
      'found nothing among the keys "primary", "datasets"',
  ],
  ['config.json', [], 'top level: expected an object, found an array of 0'],
  ['config.json', null, 'top level: expected an object, found null'],
  ['config.json', {}, 'id2label: expected an object, found nothing'],
  [
    'config.json',
    { id2label: { a: 'x' } },
    'id2label.a: expected as a key, the index of a label, such as 0, found "a"',
  ],
  [
    'config.json',
    { id2label: { 1: 'a' } },
    'id2label: no label for index 0: expected one for each index from 0',
  ],
  [
    'config.json',
    { id2label: { 0: '' } },
    'id2label.0: expected text of at least 1 character, found ""',
  ],
  [
    'config.json',
    { ...LABELS, pad_token_id: 1.5 },
    'pad_token_id: expected a whole number, found 1.5',
  ],
  [
    'config.json',
    { ...LABELS, pad_token_id: -1 },
    'pad_token_id: expected a number, at least 0, found -1',
  ],
  [
    'config.json',
    { ...LABELS, padding_free: 'yes' },
    'padding_free: expected true or false, found "yes"',
  ],
  ['golden.json', { texts: [] }, 'texts: expected at least 1 entry, found an array of 0'],
  ['golden.json', { texts: {} }, 'texts: expected an array, found an object'],
  [
    'golden.json',
    { texts: [{ kind: 'a', text: 1, scores: {} }] },
    'texts.0.text: expected text, found 1',
  ],
  [
    'golden.json',
    { texts: [{ kind: 'a', text: 'b', scores: { c: 2 } }] },
    'texts.0.scores.c: expected a number, at most 1, found 2',
  ],
  [
    'metrics.json',
    { primary: 'f1', datasets: {} },
    'primary: expected one of macro_recall, macro_f1, accuracy, found "f1"',
  ],
  [
    'metrics.json',
    { primary: 'accuracy', dataset: {} },
    'datasets: expected an object, found nothing among the keys "primary", "dataset"',
  ],
  ['metrics.json', metrics(5), 'trained_from: expected an object, found 5'],
  [
    'metrics.json',
    metrics({ ingredients: 'x', outputs: {} }),
    'trained_from.ingredients: expected a SHA-256 in lower-case hex, found "x"',
  ],
  [
    'metrics.json',
    metrics({ ingredients: '0'.repeat(64), outputs: {}, more: 1 }),
    'trained_from: expected only the known keys, found "more"',
  ],
  [
    'metrics.json',
    metrics({ 'code/a.py': 'x' }),
    'trained_from.code/a.py: expected a SHA-256 in lower-case hex, found "x"',
  ],
  [
    'profile.json',
    profile({}),
    'features.a: expected an array as categories or an array as upper_bounds, found an object',
  ],
  [
    'profile.json',
    profile({ categories: ['x', 'x'], ratios: [0, 1] }),
    'features.a: expected a ratio for each bin, and no bin twice, found an object',
  ],
  [
    'profile.json',
    profile({ upper_bounds: [1], ratios: ['x'.repeat(100)] }),
    `features.a.ratios.0: expected a number, found "${'x'.repeat(78)}…`,
  ],
  [
    'tokenizer.json',
    { model: {} },
    'model.vocab: expected an object of ids by token, or an array of [token, score], found nothing',
  ],
  [
    'tokenizer.json',
    { model: { vocab: {} }, normalizer: 5 },
    'normalizer: expected an object, found 5',
  ],
  [
    'tokenizer.json',
    { model: { vocab: {} }, truncation: { max_length: 0 } },
    'truncation.max_length: expected a number, more than 0, found 0',
  ],
  [
    'data/datasets.json',
    { datasets: [] },
    'datasets: expected at least 1 entry, found an array of 0',
  ],
  [
    'data/datasets.json',
    datasets({ role: 'x' }),
    'datasets.0.files.0.role: expected one of train, dev, test, found "x"',
  ],
  [
    'data/datasets.json',
    datasets({ sha256: 'y' }),
    'datasets.0.files.0.sha256: expected a SHA-256 in lower-case hex, found "y"',
  ],
  [
    'environment/environment.json',
    { command: '', variables: {} },
    'command: expected text of at least 1 character, found ""',
  ],
  [
    'environment/environment.json',
    { command: 'x', variables: { '1a': 'x' } },
    'variables.1a: expected as a key, the name of a variable, such as OMP_NUM_THREADS, found "1a"',
  ],
])('%s with %j', (path, json, message) => {
  const parse = () => parseArtifact(path, JSON.stringify(json));
  expect(parse).toThrow(expect.objectContaining({ code: 'unfit', message: `${path}: ${message}` }));
});

test('text that is not JSON', () => {
  expect(() => parseArtifact('golden.json', '{')).toThrow(/^golden\.json is not JSON: /);
});

test('a file in another encoding is refused, since its labels would have other characters', () => {
  const latin1 = Buffer.from('{"id2label": {"0": "gr\u00fcn"}}', 'latin1');
  expect(() => parseArtifact('config.json', latin1)).toThrow(
    'config.json: expected text in UTF-8, found bytes of another encoding',
  );
});
