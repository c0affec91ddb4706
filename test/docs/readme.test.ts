/** README: the settings and the pinned version. */
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { PINNED } from '../support/pinned.ts';
import { readDocument, tableRows } from './markdown.ts';

test('README lists the settings: variable, default and text of the help', () => {
  const expected = Object.values(SETTINGS).map(({ variable, fallback, doc }) => [
    `\`${variable}\``,
    fallback ? `\`${fallback}\`` : '',
    doc,
  ]);
  expect(tableRows(readDocument('README.md'), 'variable')).toEqual(expected);
});

test('README names the pinned version', () => {
  expect(readDocument('README.md')).toContain(PINNED);
});
