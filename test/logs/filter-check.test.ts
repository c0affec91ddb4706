import { describe, expect, test } from 'vitest';
import type { Filters } from '../../src/logs/filter.ts';
import { createView } from '../../src/logs/view.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { predictionLine } from './lines.ts';

describe('a filter that no prediction could pass', () => {
  const messagesOf = (filters: Filters, lines: readonly string[]): string[] => {
    const view = createView({
      filters,
      output: 'lines',
      json: false,
      paint: createPaint(false),
      columns: () => undefined,
    });
    view.push(lines);
    return view.filterMessages();
  };
  const LINES = [
    predictionLine(),
    predictionLine({ label: 'Negative', language: 'de' }),
    predictionLine({ label: 'neutral', language: 'fr', timestamp: '2026-01-30T12:00:00.000Z' }),
  ];

  test.each<[string, Filters, string[]]>([
    [
      'a label',
      { labels: new Set(['postive', 'negative']) },
      ['no prediction has the label postive; found: Negative, neutral, positive'],
    ],
    [
      'a language',
      { languages: new Set(['es']) },
      ['no prediction has the language es; found: de, en, fr'],
    ],
    ['a commit', { commit: 'abcd' }, ['no prediction is of a commit abcd…; found: 32eb7fd54692']],
    [
      'of earlier lines only',
      { languages: new Set(['fr']), since: Date.parse('2026-01-31T00:00Z') },
      ['no prediction has the language fr; found: de, en'],
    ],
    ['none', { labels: new Set(['positive']), commit: '32eb', grep: /hello/ }, []],
    ['another one, which hides all', { scoreBelow: 0.1 }, []],
  ])('%s', (_, filters, messages) => {
    expect(messagesOf(filters, LINES)).toEqual(messages);
  });

  test('is not reported of a log without predictions', () => {
    expect(messagesOf({ labels: new Set(['x']) }, ['{"event":"ready"}'])).toEqual([]);
  });

  test.each<[string, Parameters<typeof predictionLine>[0] & object, string]>([
    ['none', { input: undefined }, '--grep: the log has no texts (LOG_INPUT=none)'],
    [
      'only hashes',
      { input: `sha256:${'0'.repeat(64)}` },
      '--grep: the log has no texts (LOG_INPUT=hash)',
    ],
  ])('a pattern, where texts are %s', (_, fields, message) => {
    expect(messagesOf({ grep: /x/ }, [predictionLine(fields)])).toEqual([message]);
  });

  test('a pattern in a text that was cut', () => {
    const line = JSON.stringify({ ...JSON.parse(predictionLine()), input_cut: true });
    expect(messagesOf({ grep: /x/ }, [line, predictionLine()])).toEqual([
      '--grep: only the beginning of 1 text was searched (LOG_INPUT_CHARS)',
    ]);
  });
});
