import { expect, test } from 'vitest';
import { formatPins } from '../../../src/commands/models/pins-text.ts';
import { columnsOf } from '../../../src/terminal/columns.ts';
import { sha } from '../../support/models.ts';

test('80 columns: a long name is on a line of its own, a long reason on several', () => {
  const entry = {
    ...{ number: 1, time: '2026-01-31T12:00:00.000Z', from: null, to: sha('a') },
    ...{ isAfterUnloggedChange: true, reason: 'German traffic '.repeat(8).trim() },
  };
  const log = ['A U Thor <a@example.com>', `A U Thor <${'a'.repeat(40)}@example.com>`].map(
    (by) => ({
      ...entry,
      by,
    }),
  );
  const text = formatPins([{ alias: 'staging', commit: sha('a'), isLogged: true, log }]);
  const lines = text.split('\n');
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(80);
  expect(lines[1]).toBe('  2026-01-31 12:00  nothing → aaaaaaaaaa  A U Thor <a@example.com>');
  expect(text).toContain(`aaaaaaaaaa\n    A U Thor <${'a'.repeat(40)}@example.com>\n`);
  expect(lines.filter((line) => line.includes('without `models pin`'))).toHaveLength(2);
});
