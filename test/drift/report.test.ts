import { describe, expect, test } from 'vitest';
import { contributionOf } from '../../src/drift/psi.ts';
import { noiseOf } from '../../src/drift/report/report.ts';
import { formatReport } from '../../src/drift/report/terminal-report.ts';
import { createRandom } from '../../src/simulate/random.ts';
import { COMMIT, type Fields, lines, plain, report, STEADY, write } from './logs.ts';

describe('the index of a feature', () => {
  test('is computed by its formula', async () => {
    const path = write(
      lines([
        [100, { label: 'negative' }],
        [50, { label: 'neutral' }],
        [50, { label: 'positive', score: 0.4 }],
      ]),
    );

    const { features, predictions, drifted } = await report(path);

    const [, label, score] = features;
    // (0.5 − 0.25) · ln 2, nothing, (0.25 − 0.5) · ln 0.5
    expect(label?.bins.map(({ contribution }) => contribution)).toEqual([
      expect.closeTo(0.173287, 6),
      0,
      expect.closeTo(0.173287, 6),
    ]);
    expect(label).toMatchObject({ psi: expect.closeTo(0.346574, 6), verdict: 'changed' });
    // (0.25 − 0.2) · ln 1.25 + (0.75 − 0.8) · ln 0.9375
    expect(score).toMatchObject({ psi: expect.closeTo(0.014384, 6), verdict: 'stable' });
    expect({ predictions, drifted }).toEqual({ predictions: 200, drifted: true });
  });

  test('has a noise: its average without any change', () => {
    // Two bins of 100 expected observations each: (2 − 1) / 200.
    expect(noiseOf([{ reference: 0.5 }, { reference: 0.5 }], 200)).toBeCloseTo(0.005, 9);
    expect(noiseOf([{ reference: 0.5 }], 0)).toBeNull();

    const ratios = [0.6, 0.3, 0.08, 0.0125, 0.005, 0.002, 0.0005];
    const weights = Object.fromEntries(ratios.map((ratio, i) => [`bin${i}`, ratio]));
    const random = createRandom(1);
    const draws = 1_000;
    let total = 0;
    for (let draw = 0; draw < draws; draw++) {
      const counts = ratios.map(() => 0);
      for (let i = 0; i < 200; i++) {
        const bin = Number(random.weighted(weights).slice(3));
        counts[bin] = (counts[bin] as number) + 1;
      }
      ratios.forEach((reference, bin) => {
        total += contributionOf({ observed: (counts[bin] as number) / 200, reference });
      });
    }
    const noise = noiseOf(
      ratios.map((reference) => ({ reference })),
      200,
    ) as number;
    expect(total / draws / noise).toBeGreaterThan(0.9);
    expect(total / draws / noise).toBeLessThan(1.1);
  });

  test.each<[string, number, string, boolean]>([
    ['one too few', 199, 'too_few', false],
    ['just enough', 200, 'changed', true],
  ])('counts from 200 predictions on: %s', async (_, count, verdict, drifted) => {
    const result = await report(write(lines([[count, { label: 'negative' }]])));

    expect(result.features[1]).toMatchObject({ verdict, drifted });
    expect(result.drifted).toBe(drifted);
  });

  test('is drift above the threshold', async () => {
    const path = write(
      lines([
        [140, { label: 'positive' }],
        [60, { label: 'neutral' }],
      ]),
    );
    const { features } = await report(path);
    const psi = features[1]?.psi as number;

    expect((await report(path, { threshold: psi - 0.001 })).features[1]?.drifted).toBe(true);
    expect((await report(path, { threshold: psi })).features[1]?.drifted).toBe(false);
  });
});

test('traffic that is distributed like the profile is no drift', async () => {
  const result = await report(write(lines(STEADY)));

  expect(result).toMatchObject({
    drifted: false,
    foreign_languages: [],
    examples: [],
    commit: COMMIT,
    tag: 'v1.0.0',
    from: '2026-01-31T12:00:00.000Z',
    to: '2026-01-31T12:03:19.000Z',
  });
  expect(result.features.map(({ verdict }) => verdict)).toEqual(['stable', 'stable', 'stable']);
  expect(formatReport(result, 80, plain)).toContain(
    'No drift: no stability index above 0.25, no foreign language.',
  );
});

describe('a foreign language', () => {
  const german = (count: number): readonly [number, Fields] => [
    count,
    { language: 'de', input: 'Der Zug kommt nicht' },
  ];

  test('is drift, and is reported in a sentence, with its texts', async () => {
    const result = await report(write(lines([...STEADY, german(20)])));

    expect(result.drifted).toBe(true);
    expect(result.foreign_languages.map(({ bin, count }) => [bin, count])).toEqual([['de', 20]]);
    const text = formatReport(result, 80, plain);
    expect(text).toContain('German (de) is 9.1 % of the texts and 0.1 % of the training data.');
    expect(text).toMatch(/language: German \(de\).*\n {4}de neutral 0\.90 {2}Der Zug kommt nicht/);
  });

  test('with few texts is no drift', async () => {
    const result = await report(write(lines([...STEADY, german(9)])));

    expect(result.foreign_languages).toEqual([]);
  });

  test('is required: any mix of known languages is no drift', async () => {
    const mixed = STEADY.map(([count, fields]): [number, Fields] => [
      count,
      { ...fields, language: 'und' },
    ]);
    const result = await report(write(lines(mixed)));

    const [language] = result.features;
    expect([language?.verdict, language?.drifted, result.drifted]).toEqual([
      'changed',
      false,
      false,
    ]);
  });

  test('is reported from 100 predictions on, before any index', async () => {
    const few = await report(write(lines([[79, {}], german(20)])));
    const enough = await report(write(lines([[80, {}], german(20)])));

    expect([few.drifted, enough.drifted]).toEqual([false, true]);
    expect(formatReport(few, 80, plain)).toContain(
      'Too few predictions: 99, at least 200 are needed.',
    );
  });
});
