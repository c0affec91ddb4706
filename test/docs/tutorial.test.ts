/** How docs/tutorial.md is read and compared with what its commands print; test/deep/tutorial.test.ts runs them. */
import { describe, expect, test } from 'vitest';
import { findMissing, readBlocks } from '../support/tutorial.ts';

test('the page has the blocks that are run', () => {
  const kinds = readBlocks().map(({ kind }) => kind);
  expect(kinds.slice(0, 2)).toEqual(['clone', 'server']);
  expect(kinds.filter((kind) => kind.startsWith('prometheus')).length).toBe(3);
  expect(readBlocks().filter(({ output }) => output !== undefined).length).toBeGreaterThan(10);
});

describe('what the page shows is compared with what was printed', () => {
  test.each<[string, string, string, boolean, string | undefined]>([
    ['the same', 'a 1\nb', 'a  1\nb\n', false, undefined],
    ['another number', 'a 1', 'a 2.5', false, undefined],
    ['another number of a version', 'a 1', 'a 2', true, 'a 1'],
    ['another word', 'a 1', 'b 1', false, 'a 1'],
    ['more at the end', 'a', 'a b', false, 'a'],
    ['more at the beginning', 'b', 'a b', false, 'b'],
    ['something left out', '…\nb\n…\nd', 'a b c d', false, undefined],
    ['the wrong order', '…\nd\n…\nb\n…', 'a b c d', false, 'b'],
    ['another tag', 'v2.0.0 is better', 'v2.1.0 is better', false, 'v2.0.0 is better'],
    ['a share that is near', 'de 47.3 % of 9', 'de 52 % of 700', false, undefined],
    ['a share that is not', 'de 9 is 47.3 %', 'de 9 is 76.1 %', false, 'de 9 is 47.3 %'],
    ['nothing', '', 'a', false, ''],
  ])('%s', (_, shown, printed, isExact, missing) => {
    expect(findMissing(shown, printed, isExact)).toBe(missing);
  });
});
