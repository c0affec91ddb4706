/** Words that the project replaced by the field's terms do not return. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listDocuments, listFiles } from '../docs/markdown.ts';
import { ROOT } from '../support/server.ts';

/** Identifiers by a pattern, with the term instead. */
const IDENTIFIERS: readonly (readonly [RegExp, string])[] = [
  [/\binARow\b|\bin-a-row\b/, 'deferUntilAfterResponse'],
  [/\bwithAside\b/, 'withStagingDirectory'],
  [/\b(for|threads|is)Alone\b|\bALONE\b/, 'singleRequestSession, intraOpThreads'],
  [/\bexactProducts\b|\bEXACT_PRODUCTS\b/, 'nonSaturatingInt8'],
  [/\brefuseToBeRetrained\b/, 'assertWeightsMatchIngredients'],
  [/\b(LEAST|MOST)_[A-Z]/, 'MIN_, MAX_'],
];

const CODE = ['src', 'test', 'bench', 'release', 'demo', 'structure'].flatMap(listFiles);
/** Labelled texts in four languages, and this list. */
const EXEMPT =
  /^src\/simulate\/phrases\/|^test\/structure\/retired-words|\/\.venv\/|\/results\.json$/;
const isChecked = (path: string): boolean =>
  /\.(m?[jt]s|sh|py|md|html|css)$/.test(path) && !EXEMPT.test(path);

function findWords(paths: readonly string[], words: typeof IDENTIFIERS): string[] {
  return paths.filter(isChecked).flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        words
          .filter(([pattern]) => pattern.test(line))
          .map(([pattern, instead]) => `${path}:${i + 1}: ${pattern.exec(line)?.[0]} → ${instead}`),
      ),
  );
}

test('no file has a retired identifier', () => {
  expect(findWords([...CODE, ...listDocuments()], IDENTIFIERS)).toEqual([]);
});
