import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DIFF_PRINTABLE, formatDiff } from '../../src/commands/models/diff-text.ts';
import { diffVersions, type VersionDiff } from '../../src/repository/diff/diff.ts';
import type { Signature } from '../../src/repository/diff/weights.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { printableValue } from '../../src/terminal/printable.ts';
import { ModelError } from '../../src/version/errors.ts';
import { objectId } from '../../src/version/git-objects.ts';
import type { VersionFile } from '../../src/version/manifest.ts';
import type { Version } from '../../src/version/version.ts';

const PLAIN = createPaint(false);

type Files = Readonly<Record<string, string | Buffer>>;

/** What the tests write in place of weights: what it takes and gives. */
const inspect = async (bytes: Buffer): Promise<Signature> => JSON.parse(bytes.toString());

function weights(...inputs: string[]): Buffer {
  const tensors = inputs.map((name) => ({ name, type: 'int64', shape: ['batch', 'length'] }));
  const logits = { name: 'logits', type: 'float32', shape: ['batch', 3] };
  return Buffer.from(JSON.stringify({ inputs: tensors, outputs: [logits] }));
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

const dataFile = (path: string, labels: Record<string, number>, language = 'en'): object => {
  const rows = Object.values(labels).reduce((total, count) => total + count, 0);
  return {
    path,
    role: path.includes('train') ? 'train' : 'dev',
    sha256: createHash('sha256')
      .update(json([path, labels]))
      .digest('hex'),
    bytes: rows * 100,
    rows,
    labels,
    languages: { [language]: rows },
  };
};

const datasets = (...all: [name: string, language: string, ...files: object[]][]): string =>
  json({
    datasets: all.map(([name, language, ...files]) => ({
      name,
      language,
      source: 'A benchmark',
      license: 'CC0',
      files,
    })),
  });

const scores = (recall: number, f1: number): object => ({
  macro_recall: recall,
  macro_f1: recall,
  accuracy: recall,
  labels: {
    negative: { precision: 0.5, recall: 0.5, f1, support: 10 },
    positive: { precision: 0.5, recall: 0.5, f1: 0.5, support: 10 },
  },
});

const tokenizer = (vocabulary: string[], ...steps: object[]): string =>
  json({
    truncation: { max_length: 128 },
    normalizer: { type: 'Sequence', normalizers: steps },
    model: {
      type: 'WordPiece',
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  });

const LOWERCASE = { type: 'Lowercase' };
const NFKC = { type: 'NFKC' };

const BEFORE: Files = {
  'README.md': '# Baseline\n',
  'code/train.py': 'import model\n\nprint("train")\n',
  'config.json': json({ vocab_size: 3 }),
  'data/datasets.json': datasets(
    ['semeval-en', 'en', dataFile('en/train.tsv', { negative: 10, positive: 20 })],
    ['old-en', 'en', dataFile('old/dev.tsv', { negative: 1, positive: 1 })],
  ),
  'environment/.python-version': '3.11.7\n',
  'environment/environment.json': json({ command: 'python code/train.py', variables: { A: '1' } }),
  'environment/requirements.txt':
    'numpy==1.0 \\\n    --hash=sha256:aa\n    # via onnx\nonnx==1.0 --hash=sha256:bb\nold==1.0 --hash=sha256:cc\n',
  'golden.json': json({ texts: [] }),
  'hyperparameters.json':
    '{ "training": { "rate": 1e-4, "epochs": 2, "seeds": [1] }, "opset": 17 }',
  'metrics.json': json({
    primary: 'macro_recall',
    datasets: {
      'semeval-en/dev': { rows: 20, fp32: scores(0.6, 0.4) },
      'umsab-de/dev': { rows: 20, fp32: scores(0.4, 0.4) },
    },
  }),
  'model.onnx': weights('input_ids'),
  'profile.json': json({
    texts: 30,
    features: {
      language: { categories: ['en', 'de'], ratios: [1, 0] },
      tokens: { upper_bounds: [8, 100], ratios: [0.5, 0.5] },
    },
  }),
  'tokenizer.json': tokenizer(['a', 'b', 'c'], LOWERCASE),
};

const AFTER: Files = {
  ...BEFORE,
  'README.md': '# Multilingual\n',
  'code/train.py': 'import model\n\nprint("fine-tune")\n',
  'code/base.py': 'BASE = "e5"\n',
  'config.json': json({ vocab_size: 2 }),
  'data/datasets.json': datasets(
    ['semeval-en', 'en', dataFile('en/train.tsv', { negative: 12, positive: 20 })],
    ['umsab-de', 'de', dataFile('de/train.tsv', { negative: 5, neutral: 5 }, 'de')],
  ),
  'environment/.python-version': '3.12.1\n',
  'environment/environment.json': json({ command: 'python code/train.py', variables: { A: '2' } }),
  'environment/requirements.txt':
    'NumPy==2.0 \\\n    --hash=sha256:dd\nonnx==1.0 --hash=sha256:ee\ntorch==2.0 --hash=sha256:ff\n',
  'golden.json': json({ texts: ['another'] }),
  'hyperparameters.json':
    '{"training": {"rate": 2e-4, "epochs": 2.0, "seeds": [1, 2]}, "export": {"opset": 17}}',
  'metrics.json': json({
    primary: 'macro_recall',
    datasets: {
      'semeval-en/dev': { rows: 20, fp32: scores(0.72, 0.6), int8: scores(0.7, 0.5) },
      'umsab-de/dev': { rows: 20, fp32: scores(0.3, 0.4) },
    },
  }),
  'model.onnx': weights('input_ids', 'attention_mask'),
  'profile.json': json({
    texts: 42,
    features: {
      language: { categories: ['en', 'de'], ratios: [0.8, 0.2] },
      tokens: { upper_bounds: [8, 64], ratios: [0.5, 0.5] },
    },
  }),
  'tokenizer.json': tokenizer(['a', 'd'], NFKC, LOWERCASE),
};

/** A version as a store would open it; `absent` is what the store does not have. */
function version(files: Files, message: string, absent?: string): Version {
  const listing = Object.entries(files).map(([path, content]): VersionFile => {
    const bytes = Buffer.from(content);
    const oid = createHash('sha256').update(bytes).digest('hex');
    const file = { path, mode: '100644', blob: objectId('blob', bytes, 'sha1') } as const;
    return path === 'model.onnx'
      ? { ...file, size: 130, lfs: { oid, size: bytes.byteLength } }
      : { ...file, size: bytes.byteLength };
  });
  const author = { name: 'A U Thor', email: 'author@example.com', date: '2026-11-24T00:00:00Z' };
  return {
    model: 'tweet-sentiment',
    commit: createHash('sha1').update(message).digest('hex'),
    details: { tree: '', parents: [], author, committer: author, message },
    files: listing,
    async read(path) {
      if (path === absent) {
        throw new ModelError('not-found', `${path} does not exist`);
      }
      return Buffer.from(files[path] as string | Buffer);
    },
  };
}

function diff(before: Files, after: Files, absent?: string): Promise<VersionDiff> {
  const versions = {
    old: version(before, 'Before\n', absent),
    new: version(after, 'After\n\nWith reasons.\n'),
  };
  return diffVersions(versions, inspect);
}

describe('two versions, part by part', async () => {
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

  test('packages, whatever the spelling of their names, and Python, command and variables', () => {
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

  test('scores of what is served, and of all weights', () => {
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
  });

  test('the profile: the largest shifts, and the stability of features whose bins agree', () => {
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

  test('for a person to read', () => {
    const lines = formatDiff(found, PLAIN).split('\n');
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
      '    negative   f1 0.4000 → 0.5000 +0.1000',
      '  language: stability index 1.5640',
      '  ~ language de              0.00 % → 20.00 %',
      '+print("fine-tune")',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('in colour only where it is requested', () => {
    const coloured = formatDiff(found, createPaint(true));
    expect(coloured).toContain('\u001b[32m+print("fine-tune")\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatDiff(found, PLAIN));
  });
});

describe('versions that are not alike', () => {
  test('the same version differs in nothing', async () => {
    const found = await diff(BEFORE, BEFORE);
    expect(found).toMatchObject({ files: [], texts: [], notes: [], weights: undefined });
    expect(formatDiff(found, PLAIN)).toContain('none differs');
  });

  test('the other way round, added is removed', async () => {
    const [there, back] = [await diff(BEFORE, AFTER), await diff(AFTER, BEFORE)];
    const turned = back.hyperparameters.map(({ key, ...change }) => ({
      key,
      old: change.new,
      new: change.old,
    }));
    expect(new Set(turned)).toEqual(new Set(there.hyperparameters));
  });

  test.each(Object.keys(BEFORE))('%s may be missing on either side', async (path) => {
    const { [path]: _, ...without } = BEFORE;
    const added = await diff(without, BEFORE);
    const removed = await diff(BEFORE, without);
    expect(added.files).toEqual([{ path, status: 'added' }]);
    expect(removed.files).toEqual([{ path, status: 'removed' }]);
    expect(formatDiff(added, PLAIN)).toContain(path);
    expect(formatDiff(removed, PLAIN)).toContain(path);
  });

  test('the bytes of the weights need not be at hand', async () => {
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

  test('what a version holds does not steer the terminal', async () => {
    const found = await diff(BEFORE, { ...BEFORE, 'README.md': 'a\u001b]0;title\u0007b\r\n' });
    const printed = printableValue(found, DIFF_PRINTABLE);
    expect(formatDiff(printed, PLAIN)).toContain('+a\ufffd]0;title\ufffdb\ufffd');
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
