/** Words that the project replaced by the field's terms do not return, nor commands that it must not have. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
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

/** Phrases that are hard to read for people whose first language is another. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(says?|said) so\b/, 'reports'],
  [/\b(is|are|was|were|be|been|being) (told|asked)\b/, 'receives, is requested'],
  [/\b(has|have) been said\b|\bwhat was said\b/, 'returned, reported'],
  [/\bwhoever\b/i, 'who, the person that'],
  [/\bwhat is no\b/, 'what is not'],
  [/\bof late\b/, 'recently'],
  [/\b(hold|holds|held)( \w+){0,2} against\b/, 'compares with'],
  [/\bin a row\b/, 'consecutive, deferred'],
  [/\b(written|laid|put) aside\b/, 'staged'],
  [/\bstands? for\b/, 'is, means'],
  [/\bwhere \w+ lies?\b/, 'is stored'],
];

/** The project is in no registry: a package that has its name there is a stranger's. */
const PACKAGE_OF_A_STRANGER =
  /\b(?:npx|bunx|npm (?:exec|x|i|install)|(?:pnpm|yarn) (?:dlx|add)|uvx|pipx? (?:run|install)|uv (?:add|pip install|tool (?:run|install)))(?: -[^\s`]*)* tweet[-_]sentiment/;

const CODE = [
  'src',
  'test',
  'python',
  'bench',
  'release',
  'demo',
  'structure',
  'templates',
  'tools',
].flatMap(listFiles);
/** Labelled texts in four languages, and this list. */
const EXEMPT =
  /^src\/simulate\/phrases\/|^test\/structure\/retired-words|\/\.venv\/|\/\.(?:mypy|ruff)_cache\/|\/results\.json$/;
const isChecked = (path: string): boolean =>
  /\.(m?[jt]s|sh|py|md|html|css)$/.test(path) && !EXEMPT.test(path);

function findWords(paths: readonly string[], words: typeof PHRASES): string[] {
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

test('no file has a retired phrase', () => {
  expect(findWords([...CODE, ...listDocuments()], PHRASES)).toEqual([]);
});

const FOLDERS_OF_OTHERS = new Set(['node_modules', '.git', 'dist']);
const MAX_TEXT_BYTES = 500_000;

test.each([
  ['npx tweet-sentiment models list', true],
  ['npm exec -- tweet-sentiment', true],
  ['npm install -g --ignore-scripts tweet-sentiment-server', true],
  ['pip install tweet-sentiment-models', true],
  ['npm install -g --ignore-scripts ./tweet-sentiment-server-1.0.0.tgz', false],
  ['uv pip install wheels/tweet_sentiment_models-1.0.0-py3-none-any.whl', false],
])('%s: may install the package of a stranger is %s', (line, expected) => {
  expect(PACKAGE_OF_A_STRANGER.test(line)).toBe(expected);
});

test('no file installs or runs a package by the name of this project', () => {
  const paths = readdirSync(ROOT, { withFileTypes: true })
    .filter(({ name }) => !FOLDERS_OF_OTHERS.has(name))
    .flatMap((entry) => (entry.isDirectory() ? listFiles(entry.name) : [entry.name]))
    .filter((path) => !EXEMPT.test(path) && statSync(join(ROOT, path)).size < MAX_TEXT_BYTES);
  expect(paths).toContain('.ci/run');
  expect(
    paths.filter((path) => PACKAGE_OF_A_STRANGER.test(readFileSync(join(ROOT, path), 'utf8'))),
  ).toEqual([]);
});
