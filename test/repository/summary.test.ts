/** What a diff says first, in sentences. */
import { expect, test } from 'vitest';
import type { Datasets } from '../../src/artifacts/datasets.ts';
import type { Metrics } from '../../src/artifacts/metrics.ts';
import { chanceOf, isAtChance } from '../../src/repository/diff/noise.ts';
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
              ...{
                role: 'train' as const,
                rows: trained[name],
                languages: { [language]: trained[name] },
              },
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
    // 0.03 of 324 texts is chance, 0.04 of 2,000 is not. Each data set has its own verdict.
    'About the same (macro recall): English (small/dev) 0.800 → 0.810; French 0.500 → 0.530.',
    'Worse (macro recall): English (en/dev) 0.700 → 0.660.',
    'Measured before only (macro recall): Italian 0.400.',
    'New (macro recall): Spanish 0.600.',
    'Labels that lost (recall): English (en/dev) positive 0.700 → 0.660.',
    'Labels that gained (recall): French positive 0.500 → 0.530.',
    'Training data: 1,050 → 1,200 texts; also in German; no longer in Italian.',
    'Changed: code/train.py.',
  ]);
});

/** @param labels recall on as many texts of each label; the means are those of the recall. */
function byLabel(labels: Record<string, number>, support: number) {
  const recalls = Object.values(labels);
  const mean = recalls.reduce((total, recall) => total + recall, 0) / recalls.length;
  return {
    ...{ macro_recall: mean, macro_f1: mean, accuracy: mean },
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, recall]) => [
        name,
        { precision: 0.5, recall, f1: 0.5, support },
      ]),
    ),
  };
}

type Labelled = Record<string, ReturnType<typeof byLabel>>;

const ofScores = (sets: Labelled): Metrics => ({
  primary: 'macro_recall',
  datasets: Object.fromEntries(
    Object.entries(sets).map(([name, fp32]) => [
      name,
      {
        rows: Object.values(fp32.labels).reduce((total, { support }) => total + support, 0),
        fp32,
      },
    ]),
  ),
});

const summaryOf = async (before: Labelled, after: Labelled, trained = {}): Promise<string[]> => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const languages = Object.fromEntries(
    names.map((name) => [name.split('/')[0] as string, name.slice(0, 2)]),
  );
  const sets = datasets(languages, trained);
  return summarizeDiff({
    diff: await diff(BEFORE, { ...BEFORE, 'code/train.py': 'changed' }),
    metrics: { old: ofScores(before), new: ofScores(after) },
    datasets: { old: sets, new: sets },
  });
};

test('what a label lost is said of each data set, also where the mean is the same', async () => {
  const summary = await summaryOf(
    {
      'en-long/dev': byLabel({ no: 0.7, maybe: 0.7, yes: 0.7 }, 600),
      'en-short/dev': byLabel({ no: 0.6, maybe: 0.667, yes: 0.6 }, 108),
      'de/dev': byLabel({ no: 0.4, maybe: 0.9, yes: 0.4 }, 108),
      // Always the same answer: its recall is nothing to lose.
      'fr/dev': byLabel({ no: 0, maybe: 1, yes: 0 }, 108),
    },
    {
      'en-long/dev': byLabel({ no: 0.7, maybe: 0.71, yes: 0.7 }, 600),
      'en-short/dev': byLabel({ no: 0.6, maybe: 0.565, yes: 0.68 }, 108),
      'de/dev': byLabel({ no: 0.8, maybe: 0.7, yes: 0.8 }, 108),
      'fr/dev': byLabel({ no: 0.7, maybe: 0.7, yes: 0.7 }, 108),
    },
  );
  expect(summary).toEqual([
    'Better (macro recall): French 0.333 → 0.700; German 0.567 → 0.767.',
    'About the same (macro recall): English (en-long/dev) 0.700 → 0.703; ' +
      'English (en-short/dev) 0.622 → 0.615.',
    'Labels that lost (recall): English (en-short/dev) maybe 0.667 → 0.565; German maybe 0.900 → 0.700.',
    'Labels that gained (recall): English (en-short/dev) yes 0.600 → 0.680.',
    'Changed: code/train.py.',
  ]);
});

test('another measure that fell is said where the one that decides did not', async () => {
  const before = byLabel({ no: 0.7, yes: 0.7 }, 1000);
  const after = { ...before, accuracy: 0.65, macro_f1: 0.69 };
  expect(await summaryOf({ 'en/dev': before }, { 'en/dev': after })).toEqual([
    'About the same (macro recall): English 0.700 → 0.700.',
    'Worse (accuracy): English 0.700 → 0.650.',
    'Changed: code/train.py.',
  ]);
});

test('a data set that datasets.json does not have is named as it is', async () => {
  const same = { 'tickets/dev': byLabel({ no: 0.7, yes: 0.7 }, 100) };
  const [summary] = summarizeDiff({
    diff: await diff(BEFORE, { ...BEFORE, 'README.md': 'x' }),
    metrics: { old: ofScores(same), new: ofScores(same) },
    datasets: { old: undefined, new: undefined },
  });
  expect(summary).toBe('About the same (macro recall): tickets/dev 0.700 → 0.700.');
});

test('a score at chance is called so, with the texts that were trained on', async () => {
  const before = { 'hi/dev': byLabel({ no: 0.3, maybe: 0.35, yes: 0.34 }, 108) };
  const after = (yes: number) => ({ 'hi/dev': byLabel({ no: 0.3, maybe: 0.32, yes }, 108) });
  expect(await summaryOf(before, after(0.34), { hi: 1819 })).toContain(
    'No better than guessing (0.333 with 3 labels): Hindi 0.320, with 1,819 training texts.',
  );
  expect(await summaryOf(before, after(0.34))).toContain(
    'No better than guessing (0.333 with 3 labels): Hindi 0.320.',
  );
  // 0.393 of 324 texts is above the interval of a guess, 0.333 ± 0.051.
  expect((await summaryOf(before, after(0.56))).join()).not.toContain('guessing');
});

test('chance of an accuracy is the most frequent label', () => {
  const { labels, ...means } = byLabel({ no: 0, yes: 1 }, 100);
  const no = { ...(labels.no as NonNullable<typeof labels.no>), support: 20 };
  const scores = { ...means, accuracy: 0.83, labels: { ...labels, no } };
  expect(chanceOf(scores, 'accuracy')).toBeCloseTo(100 / 120);
  expect(isAtChance(scores, 'accuracy', 120)).toBe(true);
  expect(chanceOf(scores, 'macro_f1')).toBe(0.5);
  expect(chanceOf({ ...means, labels: {} }, 'macro_f1')).toBeUndefined();
});

test('what changed is named where it is little', async () => {
  const none = {
    metrics: { old: undefined, new: undefined },
    datasets: { old: undefined, new: undefined },
  };
  const files = (hyperparameters: object, requirements: string) => ({
    ...BEFORE,
    'hyperparameters.json': json(hyperparameters),
    'environment/requirements.txt': requirements,
  });
  const before = files({ C: 0.3, kind: 'word' }, 'numpy==1.0\n');
  const after = files({ C: 3, kind: 'byte', list: ['a'.repeat(50)] }, 'numpy==2.0\n');
  expect(summarizeDiff({ diff: await diff(before, after), ...none })).toEqual([
    'Changed: C 0.3 → 3; kind word → byte; list; numpy 1.0 → 2.0.',
  ]);
  const many = files({ C: 3, kind: 'byte', a: 1, b: 2 }, 'numpy==1.0\n');
  expect(summarizeDiff({ diff: await diff(before, many), ...none })).toEqual([
    'Changed: kind word → byte; 3 other hyper-parameters.',
  ]);
  const fewer = files({ C: 0.3 }, 'numpy==1.0\n');
  expect(summarizeDiff({ diff: await diff(before, fewer), ...none })).toEqual([
    'Changed: kind word (removed).',
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
    `Changed: training.rate 0.2 → 0.1; base b → a; weights of ${bytes} B → ${bytes + 1} B.`,
  ]);
  expect(summarizeDiff({ diff: await diff(BEFORE, BEFORE), ...none })).toEqual([
    'All files are the same.',
  ]);
  const documents = await diff(BEFORE, { ...BEFORE, 'README.md': 'x', 'docs/a.md': 'y' });
  expect(summarizeDiff({ diff: documents, ...none })).toEqual([
    'Only documentation changed: README.md and docs/a.md.',
  ]);
});

test('calibration: better, worse, new and gone, without what chance explains', async () => {
  const error = (before: number, after: number) => ({ before, after });
  const of = (sets: Record<string, ReturnType<typeof error> | undefined>): Metrics => ({
    primary: 'macro_recall',
    datasets: Object.fromEntries(
      Object.entries(sets).map(([name, calibration_error]) => [
        name,
        {
          rows: 400,
          fp32: { ...scores(0.7), ...(calibration_error ? { calibration_error } : {}) },
        },
      ]),
    ),
  });
  const languages = { en: 'en', de: 'de', fr: 'fr', it: 'it', es: 'es' };
  const sets = datasets(languages, { en: 1000 });
  const summary = await summarizeDiff({
    diff: await diff(BEFORE, { ...BEFORE, 'code/train.py': 'changed' }),
    metrics: {
      old: of({
        ...{ 'en/dev': error(0.1, 0.08), 'de/dev': error(0.1, 0.02), 'fr/dev': error(0.1, 0.03) },
        ...{ 'it/dev': undefined, 'es/dev': error(0.1, 0.05) },
      }),
      new: of({
        ...{ 'en/dev': error(0.2, 0.02), 'de/dev': error(0.1, 0.07), 'fr/dev': error(0.1, 0.07) },
        ...{ 'it/dev': error(0.09, 0.015), 'es/dev': undefined },
      }),
    },
    datasets: { old: sets, new: sets },
  });
  expect(summary.filter((each) => each.includes('alibrat'))).toEqual([
    'Better calibrated (expected calibration error): English 0.080 → 0.020.',
    // 0.04 of 400 texts, as in French, is chance.
    'Worse calibrated (expected calibration error): German 0.020 → 0.070.',
    'Newly calibrated (expected calibration error without and with the temperature): Italian 0.090 → 0.015.',
    'No longer calibrated: Spanish.',
  ]);
});
