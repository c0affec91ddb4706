import { expect, test } from 'vitest';
import { parseEntry } from '../../src/logs/entry.ts';
import { type Filters, passes } from '../../src/logs/filter.ts';
import { parseSince } from '../../src/terminal/time.ts';
import { predictionLine } from './lines.ts';

const NOON = Date.parse('2026-01-31T12:00:00Z');
const READY = '{"timestamp":"2026-01-31T12:00:00.000Z","level":"info","event":"ready","workers":2}';

function isShown(line: string, filters: Filters): boolean {
  return passes(parseEntry(line)!, filters);
}

test.each<[string, Filters, object, object]>([
  ['language', { languages: new Set(['de', 'fr']) }, { language: 'fr' }, { language: 'en' }],
  ['label', { labels: new Set(['negative']) }, { label: 'Negative' }, { label: 'neutral' }],
  ['score-below', { scoreBelow: 0.6 }, { score: 0.599 }, { score: 0.6 }],
  ['score-below, no score', { scoreBelow: 0.6 }, { score: 0 }, { score: null }],
  ['commit', { commit: '32eb' }, { commit: '32eb7' }, { commit: '732eb' }],
  ['grep', { grep: /^zug$/iu }, { input: 'Zug' }, { input: 'Zugspitze' }],
  ['grep, LOG_INPUT=none', { grep: /./iu }, { input: 'x' }, { input: undefined }],
  [
    'since',
    { since: NOON },
    { timestamp: '2026-01-31T13:00:00.000+01:00' },
    { timestamp: '2026-01-31T11:59:59.999Z' },
  ],
  ['since, no time', { since: NOON }, {}, { timestamp: 'now' }],
  [
    'all of them',
    { languages: new Set(['de']), labels: new Set(['negative']) },
    { language: 'de', label: 'negative' },
    { language: 'de', label: 'positive' },
  ],
])('%s', (_, filters, passing, failing) => {
  expect(isShown(predictionLine(passing), filters)).toBe(true);
  expect(isShown(predictionLine(failing), filters)).toBe(false);
});

test('other events are shown unless predictions are filtered', () => {
  expect(isShown(READY, {})).toBe(true);
  expect(isShown(READY, { since: NOON })).toBe(true);
  expect(isShown(READY, { since: NOON + 1 })).toBe(false);
  expect(isShown(READY, { languages: new Set(['de']) })).toBe(false);
  expect(isShown(READY, { scoreBelow: 0 })).toBe(false);
  expect(isShown(READY, { grep: /ready/ })).toBe(false);
});

test.each(['', 'npm start', '[1]', '42', 'null', '{"a":', '{"event":1}', '> {"a":1} b'])(
  'not a line of the log: %s',
  (line) => {
    expect(parseEntry(line)).toBeUndefined();
  },
);

test('the prefix of a container runtime is skipped', () => {
  expect(parseEntry(`api-1  | ${predictionLine()}`)).toEqual(parseEntry(predictionLine()));
});

test.each([
  ['30s', NOON - 30_000],
  ['10m', NOON - 600_000],
  ['2h', NOON - 7_200_000],
  ['1d', NOON - 86_400_000],
  ['2026-01-31', NOON - 43_200_000],
  ['2026-01-31T12:00', NOON],
  ['2026-01-31 12:00:00.5', NOON + 500],
  ['2026-01-31T12:00Z', NOON],
  ['2026-01-31T12:00+01:00', NOON - 3_600_000],
  ['yesterdayish', undefined],
  ['10', undefined],
  ['-10m', undefined],
  ['10 m', undefined],
  ['2026-13-31', undefined],
  ['2026-01-31T25:00', undefined],
  ['', undefined],
])('since %s', (value, expected) => {
  expect(parseSince(value, NOON)).toBe(expected);
});
