/** What a user of another model reads does not call the texts tweets: only the program is called tweet-sentiment. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';

function textsOf(path: string): string[] {
  const texts: string[] = [];
  const { program } = parseSync(path, readFileSync(path, 'utf8'));
  new Visitor({
    Literal: ({ value }) => texts.push(String(value)),
    TemplateElement: ({ value }) => texts.push(value.raw),
  }).visit(program);
  return texts;
}

test('no text of commands, messages and settings speaks of tweets', () => {
  const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('console/'),
  );
  expect(paths.length).toBeGreaterThan(200);
  const found = paths.flatMap((path) =>
    textsOf(join(ROOT, 'src', path))
      .filter((text) => /tweet(?!-sentiment|_SENTIMENT)/i.test(text))
      .map((text) => `${path}: ${text}`),
  );
  expect(found).toEqual([]);
});
