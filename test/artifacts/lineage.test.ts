/** What a version proves of its training. */
import { describe, expect, test } from 'vitest';
import { digestIngredients, digestModel, trainingRecord } from '../../src/artifacts/digests.ts';
import { assertWeightsMatchIngredients } from '../../src/artifacts/lineage.ts';

const INGREDIENTS = {
  'code/a.py': 'x',
  'code/é.py': '',
  'hyperparameters.json': '{}',
  'lib/settings.py': 'RATE = 1\n',
};
const OUTPUTS = {
  'model.onnx': 'weights',
  'tokenizer.json': '{}',
  'config.json': '{}',
  'golden.json': '{}',
};
const DOCUMENTATION = { 'README.md': '# A model', '.gitattributes': '' };

type Files = Readonly<Record<string, string>>;

const filesOf = (files: Files): Map<string, Buffer> =>
  new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));

/** A version that was trained as it is, some of its files replaced afterwards. */
function trained(changes: Files = {}): Map<string, Buffer> {
  const files = filesOf({ ...INGREDIENTS, ...OUTPUTS, ...DOCUMENTATION });
  const metrics = { trained_from: trainingRecord(files) };
  const profile = { texts: 1, features: {}, model: digestModel(files) };
  return new Map([
    ...files,
    ...filesOf({
      'metrics.json': JSON.stringify(metrics),
      'profile.json': JSON.stringify(profile),
      ...changes,
    }),
  ]);
}

test('the digest of the ingredients is that of docs/how-to/versions.md', () => {
  // Calculated in Python.
  const digest = '5e4c239ed2114ff13893e78e75c103b5f9fe7a5c7e7aa0e6eabbbe949b3b3e40';
  expect(digestIngredients(filesOf(INGREDIENTS))).toBe(digest);
  const reversed = Object.fromEntries(Object.entries(INGREDIENTS).reverse());
  expect(digestIngredients(filesOf({ ...DOCUMENTATION, ...reversed, ...OUTPUTS }))).toBe(digest);
});

test('no two sets of files have one digest', () => {
  const digests = [
    { 'code/a': 'b' },
    { 'code/ab': '' },
    { 'code/a': '', 'code/b': '' },
    { 'code/a:b': '' },
    { 'code/a\n': 'b' },
    { 'data/a': 'b' },
  ].map((files) => digestIngredients(filesOf(files as unknown as Files)));
  expect(new Set(digests).size).toBe(digests.length);
});

describe('a version with the record', () => {
  test('is proven as it was trained, whatever its documentation', () => {
    expect(assertWeightsMatchIngredients(trained())).toBe('proven');
    const changed = trained({ 'README.md': '# Other', 'docs/curve.png': 'png' });
    expect(assertWeightsMatchIngredients(changed)).toBe('proven');
  });

  test.each<[string, Files]>([
    ['an ingredient changed', { 'code/a.py': 'y' }],
    ['a module was added, in any folder', { 'helpers/x.py': '' }],
    ['a file that training could read was added', { 'constants.json': '{}' }],
    ['other weights', { 'model.onnx': 'other' }],
    ['another tokenizer', { 'tokenizer.json': '{"a": 1}' }],
    ['another configuration', { 'config.json': '{"a": 1}' }],
    ['other golden scores', { 'golden.json': '{"a": 1}' }],
    [
      'the profile of another model',
      { 'profile.json': '{"texts": 1, "features": {}, "model": "x"}' },
    ],
    ['a mark of a merge', { 'golden.json': '<<<<<<< ours\nto be retrained: golden.json\n' }],
  ])('is refused when %s', (_name, changes) => {
    expect(() => assertWeightsMatchIngredients(trained(changes))).toThrow();
  });

  test.each(Object.keys(OUTPUTS))('is refused without %s in the record', (path) => {
    const files = trained();
    const { trained_from: record } = JSON.parse(String(files.get('metrics.json')));
    delete record.outputs[path];
    files.set('metrics.json', Buffer.from(JSON.stringify({ trained_from: record })));
    expect(() => assertWeightsMatchIngredients(files)).toThrow(
      `${path} is not the file that the recorded training wrote: SHA-256: expected none, found `,
    );
  });
});

test('a version without a record is loaded, and proves nothing', () => {
  expect(assertWeightsMatchIngredients(trained({ 'metrics.json': '{}' }))).toBe('unrecorded');
});
