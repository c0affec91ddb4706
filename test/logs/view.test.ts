import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { createView, type ViewOptions } from '../../src/logs/view.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { predictionLine } from './lines.ts';

const coloured = createPaint(true);

function viewOf(options: Partial<ViewOptions> & { width?: number } = {}) {
  return createView({
    filters: {},
    output: 'lines',
    json: false,
    paint: createPaint(false),
    columns: () => options.width,
    ...options,
  });
}

/** All that is shown of a log. */
function show(lines: readonly string[], options: Parameters<typeof viewOf>[0] = {}): string[] {
  const view = viewOf(options);
  const text = view.push(lines) + view.end();
  return text.split('\n').slice(0, -1);
}

const COMMIT = '32eb7fd5469295075ea10dfc54e9c97da5514a19';

describe('lines', () => {
  test('of predictions', () => {
    expect(
      show([
        predictionLine({ label: 'negative', score: 0.65, language: 'de', input: 'Nein\ndanke' }),
        predictionLine({ input: undefined, latency_ms: 1_234 }),
      ]),
    ).toEqual([
      `── 2026-01-31 UTC · commit ${COMMIT} ──`,
      '12:00:00.123  de    negative  ██████▌    0.65  12.5 ms  Nein danke',
      '12:00:00.123  en    positive  █████████  0.90   1.23 s  AWsFu5Yy',
    ]);
  });

  test('of other events, on one line, without the stack', () => {
    const line = JSON.stringify({
      timestamp: '2026-01-31T12:00:01.000Z',
      level: 'error',
      event: 'worker_restart',
      code: 'crashed',
      message: 'ended\nby \u001b[2Jitself',
      stack: 'Error\n at …',
    });
    expect(show([line])).toEqual([
      '── 2026-01-31 UTC ──',
      '12:00:01.000  worker_restart  ended by itself code=crashed',
    ]);
  });

  test('show a new commit and a new day', () => {
    const lines = [
      predictionLine(),
      predictionLine({ commit: 'f00d' }),
      predictionLine({ commit: 'f00d' }),
      predictionLine({ commit: 'f00d', timestamp: '2026-02-01T00:00:00.000Z' }),
    ];
    expect(show(lines).filter((line) => line.startsWith('──'))).toEqual([
      `── 2026-01-31 UTC · commit ${COMMIT} ──`,
      '── commit f00d ──',
      '── 2026-02-01 UTC ──',
    ]);
  });

  test.each([
    [
      100,
      '12:00:00.123  en    positive  █████████  0.90  12.5 ms  A text that is longer than that of any term…',
    ],
    [80, '12:00:00  en    positive  █████████  0.90  12.5 ms  A text that is longer than …'],
    [60, '12:00:00  en    positive  █████████  0.90  A text that is l…'],
    [40, '12:00:00  en    positive  0.90  A text …'],
    [12, '12:00:00  e…'],
  ])('fit into %i columns', (width, expected) => {
    const [, line] = show(
      [
        predictionLine({
          input: 'A text that is longer than that of any terminal beside the columns',
        }),
      ],
      { width },
    );
    expect(line).toBe(expected);
  });

  test('are coloured without changes of their texts', () => {
    const [, line = ''] = show([predictionLine({ language: 'de' })], { paint: coloured });
    expect(line).toContain('\u001b[32mpositive  \u001b[39m');
    expect(line).toContain('\u001b[36mde');
    expect(stripVTControlCharacters(line)).toBe(show([predictionLine({ language: 'de' })])[1]);
  });

  test('are unchanged with --json, and cannot control a terminal', () => {
    const line = predictionLine({ input: 'a\u009b31m' });
    expect(show([`api-1 | ${line}`, 'noise'], { json: true })).toEqual([line]);
    expect(show([line], { json: true, width: 80 })).toEqual([line.replace('\u009b', '\\u009b')]);
  });

  test('are never wider than the terminal, and have nothing that controls it', () => {
    const texts = fc.string({ unit: 'binary' });
    const fields = fc.dictionary(
      fc.constantFrom(
        'timestamp',
        'level',
        'id',
        'commit',
        'label',
        'score',
        'language',
        'latency_ms',
        'input',
        'message',
        'x',
      ),
      fc.oneof(
        texts,
        fc.double(),
        fc.jsonValue(),
        fc.constantFrom('\u001b[2J', '\u202e', 'שלום 😀'),
      ),
    );
    const event = fc.oneof(fc.constant('prediction'), texts);
    const line = fc.oneof(
      fc.tuple(fields, event).map(([all, name]) => JSON.stringify({ ...all, event: name })),
      fc.json(),
      texts,
    );
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 150 }), (lines, width) => {
        for (const output of ['lines', 'summary'] as const) {
          for (const shown of show(lines, { width, output })) {
            expect(stringWidth(shown)).toBeLessThanOrEqual(width);
            // Isolates, which the program itself puts around texts, come in pairs.
            const bare = shown.replace(/\u2068([^\u2068\u2069]*)\u2069/g, '$1');
            expect(bare).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
          }
        }
        expect(() => show(lines, { paint: coloured, json: true })).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

test('of the initial content only the last entries that pass are shown, then all new ones', () => {
  const view = viewOf({ last: 2, filters: { languages: new Set(['de']) } });
  const push = (language: string, input: string): string =>
    view.push([predictionLine({ language, input })]);
  expect(push('de', 'one') + push('de', 'two') + push('de', 'three') + push('en', 'x')).toBe('');
  expect(view.caughtUp().match(/one|two|three|x/g)).toEqual(['two', 'three']);
  expect(push('de', 'four')).toContain('four');
  expect(view.end()).toBe('');
});

test('foreign lines are counted', () => {
  const view = viewOf();
  view.push(['> npm start', '', '{"a":1}', predictionLine()]);
  expect(view.foreignLines()).toBe(2);
});

describe('summary', () => {
  // 100 English predictions that took 1 … 100 ms, and one German one.
  const lines = [
    ...Array.from({ length: 100 }, (_, index) =>
      predictionLine({
        label: index < 25 ? 'negative' : 'positive',
        score: index < 25 ? 0.5 : 0.9,
        latency_ms: index + 1,
        timestamp: `2026-01-31T12:00:00.${String(index).padStart(3, '0')}Z`,
      }),
    ),
    predictionLine({
      language: 'de',
      label: 'neutral',
      score: 0.8,
      latency_ms: 250,
      commit: 'f00d',
    }),
    '{"timestamp":"2026-01-31T13:00:00.000Z","level":"info","event":"stopped"}',
  ];

  test('for programs', () => {
    const summary = JSON.parse(show(lines, { output: 'summary', json: true }).join('\n'));
    expect(summary).toEqual({
      from: '2026-01-31T12:00:00.000Z',
      to: '2026-01-31T12:00:00.123Z',
      commits: { [COMMIT]: 100, f00d: 1 },
      languages: [
        {
          language: 'en',
          predictions: 100,
          share: expect.closeTo(100 / 101, 10),
          mean_score: expect.closeTo(0.8, 10),
          latency_ms: { p50: 50, p99: 99 },
          labels: {
            negative: { predictions: 25, share: 0.25, mean_score: expect.closeTo(0.5, 10) },
            positive: { predictions: 75, share: 0.75, mean_score: expect.closeTo(0.9, 10) },
          },
        },
        {
          language: 'de',
          predictions: 1,
          share: expect.closeTo(1 / 101, 10),
          mean_score: expect.closeTo(0.8, 10),
          latency_ms: { p50: 250, p99: 250 },
          labels: { neutral: { predictions: 1, share: 1, mean_score: expect.closeTo(0.8, 10) } },
        },
      ],
      all: {
        predictions: 101,
        share: 1,
        mean_score: expect.closeTo(0.8, 10),
        latency_ms: { p50: 51, p99: 100 },
        labels: {
          negative: {
            predictions: 25,
            share: expect.closeTo(25 / 101, 10),
            mean_score: expect.anything(),
          },
          neutral: {
            predictions: 1,
            share: expect.closeTo(1 / 101, 10),
            mean_score: expect.anything(),
          },
          positive: {
            predictions: 75,
            share: expect.closeTo(75 / 101, 10),
            mean_score: expect.anything(),
          },
        },
      },
    });
  });

  test('for people', () => {
    expect(show(lines, { output: 'summary' })).toEqual([
      '101 predictions, 2026-01-31 12:00:00 to 2026-01-31 12:00:00 UTC',
      `commit ${COMMIT}: 100`,
      'commit f00d: 1',
      '',
      'language  predictions    share    negative    neutral    positive  score      p50      p99',
      'en                100   99.0 %  25  25.0 %          -  75  75.0 %   0.80  50.0 ms  99.0 ms',
      'de                  1    1.0 %           -  1 100.0 %           -   0.80   250 ms   250 ms',
      'all               101  100.0 %  25  24.8 %  1   1.0 %  75  74.3 %   0.80  51.0 ms   100 ms',
    ]);
  });

  test('of nothing', () => {
    expect(show([], { output: 'summary' })).toEqual(['no predictions']);
    const summary = JSON.parse(show([], { output: 'summary', json: true }).join('\n'));
    expect(summary.all).toEqual({
      predictions: 0,
      share: 0,
      mean_score: null,
      latency_ms: { p50: null, p99: null },
      labels: {},
    });
  });
});
