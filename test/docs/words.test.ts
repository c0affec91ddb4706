/** docs/glossary.md: one word for one thing, in all documents that are not about the past. */
import { describe, expect, test } from 'vitest';
import { listDocuments, readDocument, tableRows } from './markdown.ts';

/** What is not written, and the word of the glossary instead. */
const SYNONYMS: readonly (readonly [RegExp, string])[] = [
  [/\bmodel versions?\b|\bversions? of the server's model\b/i, 'version'],
  [/\bcommit (?:hash|id)(?:es|s)?\b|\bgit hash(?:es)?\b/i, 'SHA'],
  [/\bmodel registry\b/i, 'store'],
  [/\bgolden (?:sets?|tests?|samples?|examples?|files?)\b/i, 'golden text'],
  [/\bquality gates?\b/i, 'gate'],
  [/\b(?:reference|training|data) profiles?\b/i, 'profile'],
  [/\b(?:usual|typical|reference|baseline) traffic\b/i, 'normal traffic'],
  [/\bshadow (?:models?|versions?)\b|\bchallengers?\b/i, 'candidate'],
  [/\bhot[- ]?(?:swap|reload)/i, 'swap'],
  [/\b(?:tak(?:e|es|en|ing)) (?:it |them |one |the version )?back\b/i, 'roll back'],
  [/\b(?:micro|mini)-?batch/i, 'batch'],
  [/\bworker process(?:es)?\b/i, 'worker'],
  [/\b(?:server|service) instances?\b|\binstances? of the (?:server|service)\b/i, 'replica'],
  [/\berror (?:types?|objects?)\b/i, 'problem'],
  [/\bconfidence (?:scores?|values?)\b|\bmodel confidence\b/i, 'score'],
  [/\bsentiment class(?:es)?\b|\bpredicted class(?:es)?\b/i, 'label'],
  [/\bground truth\b/i, 'feedback'],
];

const words = new Map(tableRows(readDocument('docs/glossary.md'), 'word').map(([a, b]) => [a, b]));

describe('docs/glossary.md', () => {
  test('has each word once, in the order of the alphabet', () => {
    const names = tableRows(readDocument('docs/glossary.md'), 'word').map(([word = '']) => word);
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(names).toEqual([...new Set(names)].sort((a, b) => a.localeCompare(b, 'en')));
  });

  test.each([...words])('%s is one sentence, with a link to a page', (_, meaning) => {
    expect(meaning).toMatch(/^[A-Z][^.]*(?:\.\w[^.]*)*\.$/);
    expect(meaning).toMatch(/\]\((?:how-to|reference|explanation)\/[\w.-]+\.md/);
  });

  test('has each word that replaces another', () => {
    expect(SYNONYMS.map(([, word]) => word).filter((word) => !words.has(word))).toEqual([]);
  });
});

/** What people read: no code, no addresses of links. */
function proseOf(markdown: string): string {
  return markdown
    .replace(/^(```|~~~)[\s\S]*?^\1$/gm, '')
    .replace(/`[^`\n]+`/g, '`code`')
    .replace(/\]\([^)\s]*\)/g, ']');
}

/** Records of the past, and the words of other projects. */
const EXEMPT = /^docs\/(?:decisions|measurements)\/|^docs\/explanation\/comparison\.md$/;

describe('no document has another word for what the glossary has', () => {
  test.each(listDocuments().filter((path) => !EXEMPT.test(path)))('%s', (path) => {
    // A phrase may be on two lines.
    const prose = proseOf(readDocument(path)).replace(/\s+/g, ' ');
    const found = SYNONYMS.flatMap(([pattern, word]) =>
      [...prose.matchAll(new RegExp(pattern, 'gi'))].map(([text]) => `${text} → ${word}`),
    );
    expect(found).toEqual([]);
  });
});
