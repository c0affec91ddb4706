/** What a diff says first, in sentences. */
import { expect, test } from 'vitest';
import type { Datasets } from '../../src/artifacts/datasets.ts';
import type { Metrics } from '../../src/artifacts/metrics.ts';
import { summarizeDiff } from '../../src/repository/diff/summary.ts';
import { BEFORE, diff, json } from './diff-versions.ts';

const scores = (recall: number) => ({
  ...{ macro_recall: recall, macro_f1: recall, accuracy: recall },
  labels: { positive: { precision: 0.5, recall, f1: 0.5, support: 500 } },
});

function metrics(primary: Metrics['primary'], sets: Record<string, [number, number]>): Metrics {
  const datasets = Object.entries(sets).map(([name, [rows, score]]) => [
    name,
    { rows, fp32: scores(score) },
  ]);
  return { primary, datasets: Object.fromEntries(datasets) };
}

function datasets(languages: Record<string, string>, trained: Record<string, number>): Datasets {
  return Object.entries(languages).map(([name, language]) => ({
    ...{ name, language, source: 'A benchmark', license: 'CC0' },
    files: [
      { ...file(`${name}/dev.tsv`), role: 'dev', rows: 10, languages: { [language]: 10 } },
      ...(trained[name] === undefined
        ? []
        : [
            {
              ...file(`${name}/train.tsv`),
              ...{ role: 'train' as const, rows: trained[name], languages: { [language]: 1 } },
            },
          ]),
    ],
  }));
}

const file = (path: string) => ({ path, sha256: 'a'.repeat(64), bytes: 1, labels: {} });

test('scores by language, with a tolerance that depends on the number of texts', async () => {
  const languages = { en: 'en', small: 'en', de: 'de', fr: 'fr', it: 'it', es: 'es' };
  const summary = summarizeDiff({
    diff: await diff(BEFORE, { ...BEFORE, 'code/train.py': 'changed' }),
    metrics: {
      old: metrics('macro_recall', {
        ...{ 'en/dev': [2000, 0.7], 'small/dev': [100, 0.8], 'de/dev': [324, 0.52] },
        ...{ 'fr/dev': [324, 0.5], 'it/dev': [324, 0.4] },
      }),
      new: metrics('macro_recall', {
        ...{ 'en/dev': [2000, 0.66], 'small/dev': [100, 0.81], 'de/dev': [324, 0.75] },
        ...{ 'fr/dev': [324, 0.53], 'es/dev': [324, 0.6] },
      }),
    },
    datasets: {
      old: datasets(languages, { en: 1000, it: 50 }),
      new: datasets(languages, { en: 1000, de: 200 }),
    },
  });
  expect(summary).toEqual([
    'Better (macro recall): German 0.520 → 0.750.',
    // 0.03 of 324 texts is chance, 0.04 of 2,000 is not.
    'About the same (macro recall): French 0.500 → 0.530 (recall of positive +0.030).',
    'Worse (macro recall): English 0.700 → 0.660 (small/dev: 0.800 → 0.810).',
    'Measured before only (macro recall): Italian 0.400.',
    'New (macro recall): Spanish 0.600.',
    'Training data: 1,050 → 1,200 texts; also in German; no longer in Italian.',
    'Changed: 1 code file.',
  ]);
});

test('without scores and data, what changed', async () => {
  const none = {
    metrics: { old: undefined, new: undefined },
    datasets: { old: undefined, new: undefined },
  };
  const bytes = Buffer.byteLength(BEFORE['model.onnx'] ?? '');
  const after = {
    ...BEFORE,
    'hyperparameters.json': json({ training: { rate: 0.1 }, base: 'a' }),
    'model.onnx': `${BEFORE['model.onnx']} `,
  };
  const before = {
    ...BEFORE,
    'hyperparameters.json': json({ training: { rate: 0.2 }, base: 'b' }),
  };
  expect(summarizeDiff({ diff: await diff(before, after), ...none })).toEqual([
    `Changed: base b → a; 1 other hyper-parameter; weights of ${bytes} B → ${bytes + 1} B.`,
  ]);
  expect(summarizeDiff({ diff: await diff(BEFORE, BEFORE), ...none })).toEqual([
    'All files are the same.',
  ]);
  const documents = await diff(BEFORE, { ...BEFORE, 'README.md': 'x', 'docs/a.md': 'y' });
  expect(summarizeDiff({ diff: documents, ...none })).toEqual([
    'Only documentation changed: README.md and docs/a.md.',
  ]);
});
