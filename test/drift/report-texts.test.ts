import { describe, expect, test } from 'vitest';
import { formatPage } from '../../src/drift/report/html-report.ts';
import { formatReport } from '../../src/drift/report/terminal-report.ts';
import { columnsOf } from '../../src/terminal/columns.ts';
import { COMMIT, line, lines, plain, report, STEADY, write } from './logs.ts';

describe('texts', () => {
  test('are the newest distinct ones, whatever the order of the files', async () => {
    const german = Array.from({ length: 40 }, (_, i) =>
      line({
        timestamp: new Date(Date.UTC(2026, 0, 31, 13, 0, i)).toISOString(),
        language: 'de',
        // One that goes on and on leaves the others their place.
        input: `text ${i < 30 ? i % 5 : 0}`,
      }),
    );
    const older = write([...lines(STEADY), ...german.slice(0, 27)]);
    const newer = write(german.slice(27));

    const forwards = await report([older, newer]);
    const backwards = await report([newer, older]);

    expect(forwards.examples[0]?.texts.map(({ text }) => text)).toEqual([
      'text 0',
      'text 4',
      'text 3',
    ]);
    expect({ ...backwards, source: undefined }).toEqual({ ...forwards, source: undefined });
  });

  test.each<[string, string | undefined, string, string]>([
    ['left out', undefined, 'none', 'No texts: LOG_INPUT=none keeps them out of the log.'],
    ['hashed', `sha256:${'0'.repeat(64)}`, 'hashed', 'No texts: LOG_INPUT=hash'],
  ])('that are %s are reported as such', async (_, input, texts, words) => {
    const result = await report(write(lines([[200, { language: 'de', input }]])));

    expect(result.texts).toBe(texts);
    expect(result.examples.flatMap((example) => example.texts)).toEqual([]);
    expect(formatReport(result, 80, plain)).toContain(words);
    expect(formatPage(result)).toContain(words);
  });

  test('neither control a terminal nor break its lines', async () => {
    const input = `\u001b[2J\u001b]0;title\u0007red\r\n${'wide 漢字 '.repeat(40)}`;
    const result = await report(write(lines([[200, { language: 'de', input }]])));

    for (const columns of [40, 60, 80, 200]) {
      const shown = formatReport(result, columns, plain).split('\n');
      expect(shown.join('')).not.toMatch(/\p{Cc}/u);
      expect(shown.join('\n')).toContain('red wide');
      // A file's path is one word, which is not broken.
      const tooLong = shown.filter((each) => columnsOf(each) > columns && !each.startsWith('/'));
      expect(tooLong).toEqual([]);
    }
  });
});

describe('the page', () => {
  test('escapes every text, and has no external address', async () => {
    const input = '<script>alert("1")</script> & \'so on\'';
    const result = await report(
      write(lines([[200, { language: 'de', input }]]), "<img src=x onerror='x'>.log"),
    );

    const page = formatPage({ ...result, model: '<b>model</b>', tag: '"><i>' });

    expect(page).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;so on&#39;',
    );
    expect(page).toContain('&lt;img src=x onerror=&#39;x&#39;&gt;.log');
    expect(page.match(/<(?:script|img|b|i)\b/g)).toBeNull();
    expect(page.replaceAll('&lt;img src=x', '')).not.toMatch(
      /https?:|\b(?:src|href)=|url\(|@import|<link/,
    );
  });

  test('has the same content as the terminal', async () => {
    const result = await report(write(lines([...STEADY, [40, { language: 'de' }]])));

    const page = formatPage(result);

    for (const words of [COMMIT, 'v1.0.0', 'German (de)', 'over 0.5', 'text 239', 'changed']) {
      expect(formatReport(result, 80, plain)).toContain(words);
      expect(page).toContain(words);
    }
    expect(page).toContain('<div class="bar traffic" style="width:100.00%">');
  });
});
