/** Two versions to compare, and how a test compares versions. */
import { createHash } from 'node:crypto';
import { diffVersions, type VersionDiff } from '../../src/repository/diff/diff.ts';
import type { Signature } from '../../src/repository/diff/weights.ts';
import { ModelError } from '../../src/version/errors.ts';
import { objectId } from '../../src/version/git-objects.ts';
import type { VersionFile } from '../../src/version/manifest.ts';
import type { Version } from '../../src/version/version.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

/** What the tests write in place of weights: what it takes and gives. */
const inspect = async (bytes: Buffer): Promise<Signature> => JSON.parse(bytes.toString());

export function weights(...inputs: string[]): Buffer {
  const tensors = inputs.map((name) => ({ name, type: 'int64', shape: ['batch', 'length'] }));
  const logits = { name: 'logits', type: 'float32', shape: ['batch', 3] };
  return Buffer.from(JSON.stringify({ inputs: tensors, outputs: [logits] }));
}

export const json = (value: unknown): string => JSON.stringify(value, null, 2);

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

export const BEFORE: Files = {
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

export const AFTER: Files = {
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
export function version(files: Files, message: string, absent?: string): Version {
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

export function diff(before: Files, after: Files, absent?: string): Promise<VersionDiff> {
  const versions = {
    old: version(before, 'Before\n', absent),
    new: version(after, 'After\n\nWith reasons.\n'),
  };
  return diffVersions(versions, inspect);
}
