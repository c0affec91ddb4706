import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DIFF_PRINTABLE, formatDiff } from '../../src/commands/models/diff-text.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { printableValue } from '../../src/terminal/printable.ts';
import { AFTER, BEFORE, diff, json, weights } from './diff-versions.ts';

const PLAIN = createPaint(false);

describe('the sections of a diff', async () => {
  const found = await diff(BEFORE, AFTER);

  test('who made them, when and why', () => {
    expect(found.commits).toMatchObject({
      old: { message: 'Before\n', author: { name: 'A U Thor' } },
      new: { message: 'After\n\nWith reasons.\n' },
    });
  });

  test('every file that differs', () => {
    expect(found.files).toHaveLength(14);
    expect(found.files).toContainEqual({ path: 'golden.json', status: 'changed' });
    expect(found.files).toContainEqual({ path: 'code/base.py', status: 'added' });
  });

  test('hyper-parameters by key, as they are spelled', () => {
    expect(found.hyperparameters).toEqual([
      { key: 'training.rate', old: '1e-4', new: '2e-4' },
      { key: 'training.epochs', old: '2', new: '2.0' },
      { key: 'training.seeds', old: '[1]', new: '[1, 2]' },
      { key: 'opset', old: '17', new: undefined },
      { key: 'export.opset', old: undefined, new: '17' },
    ]);
    expect(found.configuration).toEqual([{ key: 'vocab_size', old: '3', new: '2' }]);
  });

  test('data by set, file, label and language', () => {
    expect(found.datasets.datasets).toMatchObject([
      {
        name: 'semeval-en',
        status: 'changed',
        fields: [],
        files: [
          {
            path: 'en/train.tsv',
            status: 'changed',
            rows: { old: 30, new: 32 },
            labels: [{ name: 'negative', old: 10, new: 12 }],
            languages: [{ name: 'en', old: 30, new: 32 }],
          },
        ],
      },
      { name: 'old-en', status: 'removed', files: [{ status: 'removed', rows: { old: 2 } }] },
      { name: 'umsab-de', status: 'added', files: [{ status: 'added', rows: { new: 10 } }] },
    ]);
    expect(found.datasets.totals).toMatchObject([
      {
        role: 'train',
        rows: { old: 30, new: 42 },
        labels: [
          { name: 'negative', old: 10, new: 17 },
          { name: 'neutral', new: 5 },
        ],
        languages: [{ name: 'en' }, { name: 'de', old: undefined, new: 10 }],
      },
      { role: 'dev', rows: { old: 2, new: undefined } },
    ]);
  });

  test('packages by normalised name; Python, command and variables', () => {
    expect(found.environment).toEqual({
      python: { old: '3.11.7', new: '3.12.1' },
      settings: [{ key: 'variables.A', old: '"1"', new: '"2"' }],
      packages: [
        { name: 'numpy', status: 'changed', old: '1.0', new: '2.0' },
        { name: 'old', status: 'removed', old: '1.0', new: undefined },
        { name: 'onnx', status: 'rehashed', old: '1.0', new: '1.0' },
        { name: 'torch', status: 'added', old: undefined, new: '2.0' },
      ],
    });
  });

  test('the model: size, digest, inputs and outputs', () => {
    const sha256 = (bytes: string | Buffer | undefined): string =>
      `sha256:${createHash('sha256')
        .update(bytes ?? '')
        .digest('hex')}`;
    expect(found.weights).toEqual({
      size: {
        old: weights('input_ids').length,
        new: weights('input_ids', 'attention_mask').length,
      },
      digest: { old: sha256(BEFORE['model.onnx']), new: sha256(AFTER['model.onnx']) },
      inputs: [{ name: 'attention_mask', old: undefined, new: 'int64[batch, length]' }],
      outputs: [],
    });
  });

  test('the tokenizer: vocabulary and steps of pre-processing', () => {
    expect(found.tokenizer).toEqual({
      vocabulary: { old: 3, new: 2, added: 1, removed: 2 },
      normalizer: [
        { status: 'added', step: '{"type":"NFKC"}' },
        { status: 'same', step: '{"type":"Lowercase"}' },
      ],
      settings: [],
    });
  });

  test('scores of the served weights, and of each precision', () => {
    const on = (dataset: string, precision: string): unknown[] =>
      found.scores.changes
        .filter((change) => change.dataset === dataset && change.precision === precision)
        .map(({ label, metric, old: before, new: after }) => [label, metric, before, after]);
    expect(on('semeval-en/dev', 'served')).toEqual([
      [undefined, 'macro_recall', 0.6, 0.7],
      [undefined, 'macro_f1', 0.6, 0.7],
      [undefined, 'accuracy', 0.6, 0.7],
      ['negative', 'f1', 0.4, 0.5],
    ]);
    expect(on('semeval-en/dev', 'fp32')).toContainEqual([undefined, 'macro_recall', 0.6, 0.72]);
    expect(on('semeval-en/dev', 'int8')).toContainEqual([undefined, 'macro_f1', undefined, 0.7]);
    expect(on('umsab-de/dev', 'served')).toHaveLength(3);
    expect(found.scores.same).toContainEqual({
      ...{ dataset: 'umsab-de/dev', precision: 'served', metric: 'f1', label: 'negative' },
      ...{ old: 0.4, new: 0.4 },
    });
  });

  test('the profile: the largest shifts, and the stability index of features with the same bins', () => {
    expect(found.profile.features).toEqual([
      // (0.8 − 1) ln 0.8 + (0.2 − 0.0001) ln 2000
      { feature: 'language', stabilityIndex: expect.closeTo(1.564, 3) },
      { feature: 'tokens', stabilityIndex: undefined },
    ]);
    expect(found.profile.shifts.slice(0, 2)).toEqual([
      { feature: 'tokens', bin: '≤ 100', old: 0.5, new: undefined },
      { feature: 'tokens', bin: '≤ 64', old: undefined, new: 0.5 },
    ]);
    expect(found.profile.shifts).toContainEqual({
      feature: 'language',
      bin: 'de',
      old: 0,
      new: 0.2,
    });
  });

  test('code and texts as a unified diff', () => {
    expect(found.texts.map(({ path, status }) => [path, status])).toEqual([
      ['README.md', 'changed'],
      ['code/base.py', 'added'],
      ['code/train.py', 'changed'],
    ]);
    expect(found.texts[1]?.patch).toBe(
      '--- /dev/null\n+++ b/code/base.py\n@@ -0,0 +1,1 @@\n+BASE = "e5"\n',
    );
    expect(found.texts[2]?.patch).toContain(
      '@@ -1,3 +1,3 @@\n import model\n \n-print("train")\n+print("fine-tune")\n',
    );
  });

  test('as text', () => {
    const lines = formatDiff(found, 120, PLAIN).split('\n');
    for (const line of [
      'hyper-parameters',
      '  ~ training.rate                      1e-4 → 2e-4',
      '  + export.opset                       17',
      '  all train: rows 30 → 42 (+12), negative 10 → 17 (+7), neutral 5, en 30 → 32 (+2), de 10',
      '    ~ en/train.tsv: rows 30 → 32 (+2), negative 10 → 12 (+2), en 30 → 32 (+2)',
      '  ~ numpy                              1.0 → 2.0',
      '  ~ onnx                               1.0, other hashes',
      '  + input attention_mask               int64[batch, length]',
      '  vocabulary 3 → 2 (−1), 1 added, 2 removed',
      '  + {"type":"NFKC"}',
      'scores (macro_recall decides)',
      '    negative   f1 0.4000 → 0.5000 +0.1000  recall 0.5000, the same',
      '    positive   the same',
      '  language: stability index 1.5640',
      '  ~ language de              0.00 % → 20.00 %',
      '+print("fine-tune")',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('lines are as long as the screen is wide, except those of code', () => {
    const lines = formatDiff(found, 60, PLAIN).split('\n');
    expect(lines).toContain('  all train: rows 30 → 42 (+12), negative 10 → 17 (+7),');
    expect(lines).toContain('      neutral 5, en 30 → 32 (+2), de 10');
    const sections = lines.slice(lines.indexOf('files'), lines.indexOf('texts'));
    expect(sections.filter((line) => line.length > 60)).toEqual([]);
    expect(sections.join(' ').replace(/\s+/g, ' ')).toBe(
      formatDiff(found, 1000, PLAIN)
        .replace(/\n\ntexts.*/s, ' ')
        .replace(/^.*?\nfiles/s, 'files')
        .replace(/\s+/g, ' '),
    );
  });

  test('in colours only where they are requested', () => {
    const coloured = formatDiff(found, 120, createPaint(true));
    expect(coloured).toContain('\u001b[32m+print("fine-tune")\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatDiff(found, 120, PLAIN));
  });
});

describe('versions with missing, wrong or other files', () => {
  test('a version does not differ from itself', async () => {
    const found = await diff(BEFORE, BEFORE);
    expect(found).toMatchObject({ files: [], texts: [], notes: [], weights: undefined });
    const text = formatDiff(found, 120, PLAIN);
    expect(text).toContain('none differs');
    expect(text).toContain('\n  semeval-en/dev: the same\n  umsab-de/dev: the same');
  });

  test('scores that can not be read are no obstacle where they did not change', async () => {
    const broken = { ...BEFORE, 'metrics.json': '{' };
    const found = await diff(broken, { ...broken, 'README.md': 'x' });
    expect(found.scores).toMatchObject({ changes: [], same: [] });
    expect(found.files).toEqual([{ path: 'README.md', status: 'changed' }]);
    await expect(diff(BEFORE, broken)).rejects.toMatchObject({ code: 'unfit' });
  });

  test('in the other direction, additions are removals', async () => {
    const [there, back] = [await diff(BEFORE, AFTER), await diff(AFTER, BEFORE)];
    const turned = back.hyperparameters.map(({ key, ...change }) => ({
      key,
      old: change.new,
      new: change.old,
    }));
    expect(new Set(turned)).toEqual(new Set(there.hyperparameters));
  });

  test.each(Object.keys(BEFORE))('%s may be missing in either version', async (path) => {
    const { [path]: _, ...without } = BEFORE;
    const added = await diff(without, BEFORE);
    const removed = await diff(BEFORE, without);
    expect(added.files).toEqual([{ path, status: 'added' }]);
    expect(removed.files).toEqual([{ path, status: 'removed' }]);
    expect(formatDiff(added, 120, PLAIN)).toContain(path);
    expect(formatDiff(removed, 120, PLAIN)).toContain(path);
  });

  test('the bytes of the weights may be missing', async () => {
    const found = await diff(BEFORE, AFTER, 'model.onnx');
    expect(found.weights).toMatchObject({ size: { new: expect.any(Number) }, inputs: [] });
    expect(found.notes).toEqual([
      expect.stringMatching(/^inputs and outputs of the models are not compared: model\.onnx/),
    ]);
  });

  test.each([
    ['hyperparameters.json', '{"a": 1,}', /hyperparameters\.json of [0-9a-f]{40} is not JSON: /],
    ['hyperparameters.json', '{"a": 1, "a": 2}', /the key "a" is there twice/],
    ['data/datasets.json', '{"datasets": 1}', /data\/datasets\.json of .*: datasets: /],
    ['metrics.json', '[]', /metrics\.json of/],
    ['profile.json', '{"features": {"a": {}}}', /profile\.json of .*: features\.a/],
    ['tokenizer.json', '{}', /tokenizer\.json of .*: model/],
  ])('%s that is %s is an error that names it', async (path, text, message) => {
    await expect(diff(BEFORE, { ...BEFORE, [path]: text })).rejects.toMatchObject({
      code: 'unfit',
      message: expect.stringMatching(message),
    });
  });

  test('text of a version does not control the terminal', async () => {
    const found = await diff(BEFORE, { ...BEFORE, 'README.md': 'a\u001b]0;title\u0007b\r\n' });
    const printed = printableValue(found, DIFF_PRINTABLE);
    expect(formatDiff(printed, 120, PLAIN)).toContain('+a\ufffd]0;title\ufffdb\ufffd');
  });

  test('a Unigram vocabulary is counted by its pieces', async () => {
    const unigram = json({
      model: {
        type: 'Unigram',
        vocab: [
          ['a', -1],
          ['z', -2.5],
        ],
      },
    });
    const { tokenizer: found } = await diff(BEFORE, { ...BEFORE, 'tokenizer.json': unigram });
    expect(found?.vocabulary).toEqual({ old: 3, new: 2, added: 1, removed: 2 });
    expect(found?.settings).toContainEqual({
      key: 'model.type',
      old: '"WordPiece"',
      new: '"Unigram"',
    });
  });
});
