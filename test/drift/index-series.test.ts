import { expect, test } from 'vitest';
import { formatPage } from '../../src/drift/report/html-report.ts';
import { createIndexSeries } from '../../src/drift/report/index-series.ts';
import { line, PROFILE, report, write } from './logs.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 12);

test('the index of a minute is that of its texts', () => {
  const series = createIndexSeries(PROFILE);
  for (const [minute, counts] of [
    [2, [0, 0, 200]],
    [0, [50, 50, 100]],
  ] as const) {
    counts.forEach((count, bin) => {
      for (let i = 0; i < count; i++) {
        series.add(START + minute * MINUTE, 'label', bin);
      }
    });
  }
  expect(series.windows()).toEqual([
    { from: '2026-01-31T12:00:00.000Z', seconds: 60, predictions: 200, psi: { label: 0 } },
    // Σ (q − p) · ln(q / p) with q = 0.0001, 0.0001, 1 and p = 0.25, 0.25, 0.5.
    { from: '2026-01-31T12:02:00.000Z', seconds: 60, predictions: 200, psi: { label: 4.257 } },
  ]);
});

test('a longer log has wider windows, and not more of them', () => {
  const series = createIndexSeries(PROFILE);
  for (let minute = 0; minute < 60 * 24 * 7; minute++) {
    series.add(START + minute * MINUTE, 'label', minute % 3);
  }
  const windows = series.windows();
  expect(windows.length).toBeLessThanOrEqual(240);
  expect(windows.reduce((total, { predictions }) => total + predictions, 0)).toBe(60 * 24 * 7);
  expect(windows[0]?.seconds).toBe(60 * 64);
});

test('the page draws the index of each feature, where there are two windows or more', async () => {
  const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();
  const content = [0, 1, 2].flatMap((minute) =>
    Array.from({ length: 100 }, () =>
      line({ timestamp: at(minute), label: minute === 2 ? 'negative' : 'neutral' }),
    ),
  );
  const drift = await report(write(content));
  expect(drift.windows).toHaveLength(3);
  expect(formatPage(drift).match(/<polyline/g)).toHaveLength(3);
  expect(formatPage(await report(write(content.slice(0, 100))))).not.toContain('<polyline');
});
