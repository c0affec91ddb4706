/** The report for people: terminal and HTML. */
import { describe, expect, test } from 'vitest';
import { formatPage } from '../../src/replay/html-report.ts';
import type { ReplayReport } from '../../src/replay/report.ts';
import { formatReport } from '../../src/replay/terminal-report.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { COMMIT, eventLine, lineOf, OTHER, run, writeLog } from './lines.ts';

const show = (report: ReplayReport, columns = 100): string =>
  formatReport(report, columns, createPaint(false));

test('a proven log is a line', async () => {
  const log = writeLog(Array.from({ length: 1_000 }, () => lineOf('positive')));
  expect(show(await run(log))).toBe(
    `Replay: tweet-sentiment v2.0.0\n${COMMIT}\n\n1,000 predictions, 0 differ`,
  );
});

test('what differs is shown: line, request, text, expected and found', async () => {
  const scores = { negative: 0.1, neutral: 0.2, positive: 0.8 };
  const log = writeLog([
    lineOf('positive one', { score: 0.812345, request_id: 'r-1' }),
    lineOf('positive two'),
    lineOf('positive \u001b[2Jthree\nlines', { scores, request_id: 'r-3' }),
    lineOf('positive four', { label: 'neutral', request_id: undefined }),
    'broken',
  ]);
  expect(
    show(await run(log))
      .split('\n')
      .slice(3),
  ).toEqual([
    'line 1, request r-1: expected positive 0.812345, found positive 0.800000',
    '  positive one',
    'line 3, request r-3: expected positive 0.800000, found positive 0.800000 (neutral: expected 0.200000, found 0.100000)',
    '  positive three lines',
    'line 4: expected neutral 0.800000, found positive 0.800000',
    '  positive four',
    '4 predictions, 3 differ',
    '',
    '1 broken line skipped.',
  ]);
});

test('the file is named where there are several', async () => {
  const files = [writeLog([lineOf('positive')]), writeLog([lineOf('neutral', { score: 0.9 })])];
  expect(show(await run(files))).toContain(`${files[1]}, line 1, request r: expected neutral`);
});

describe('another version', () => {
  const lines = [
    ...Array.from({ length: 30 }, (_, at) => lineOf('positive', { commit: OTHER, id: `p${at}` })),
    ...Array.from({ length: 20 }, (_, at) =>
      lineOf('neutral <b>&', { commit: OTHER, id: `d${at}`, label: 'negative', language: 'de' }),
    ),
    ...Array.from({ length: 20 }, (_, at) =>
      eventLine('feedback', { id: `d${at}`, commit: 'bbbbbbbb', actual: 'neutral' }),
    ),
  ];

  test('gets a verdict: sentences, a table, changes, texts', async () => {
    const shown = show(await run(writeLog(lines)));

    expect(shown).toContain(`Predictions of v1.0.0, compared\n${OTHER}\n`);
    expect(shown.replaceAll('\n', ' ')).toContain(
      'v2.0.0 disagrees with v1.0.0 on 40.0 % of 50 texts: on 0.0 % of English, 100.0 % of German. ' +
        'On the 20 texts with feedback where exactly one of them was right, it was v2.0.0 on 20 ' +
        '(p < 0.001): it is right more often.',
    );
    expect(shown).toMatch(/^German +20 +0\.0 % .* 20 +20 +0 +<0\.001 +better$/m);
    expect(shown).toMatch(/^English +30 +100\.0 % .* - +- +- +- +-$/m);
    expect(shown).toContain('  negative → neutral  20');
    expect(shown).toContain('  de negative 0.80 → neutral 0.80  neutral <b>&');
    expect(shown).not.toContain('predictions, 0 differ');
  });

  test('fits into a page that contains no HTML of the log', async () => {
    const page = formatPage(await run(writeLog(lines)));

    expect(page).toContain('<bdi>neutral &lt;b&gt;&amp;</bdi>');
    expect(page).toContain('it is right more often.');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<(?:b|script|img|link)[ >]/);
  });
});

test('the page has what differs, and what could not be replayed', async () => {
  const log = writeLog([
    lineOf('positive </script>', { score: 0.9, request_id: '<i>' }),
    lineOf('positive', { input: undefined }),
  ]);
  const page = formatPage(await run(log));

  expect(page).toContain('<section class="result failed">\n<p>1 prediction, 1 differ</p>');
  expect(page).toContain('line 1, request &lt;i&gt;: expected positive 0.900000');
  expect(page).toContain('positive &lt;/script&gt;');
  expect(page).toContain('1 of 2 predictions can&#39;t be replayed');
});
