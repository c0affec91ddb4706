/** `added_tokens` of tokenizer.json: tokens that are found in a text before it is split into words. */
import { type Component, read, unsupported } from './component.ts';
import type { Normalize } from './normalizer.ts';
import { escapePattern, findMatches } from './pattern.ts';
import { CLASSES } from './unicode.ts';

/** A part of a text: an added token, or what is between two of them. */
export type Section = { readonly text: string } | { readonly id: number };

export type SplitSections = (text: string) => readonly Section[];

interface AddedToken {
  readonly id: number;
  readonly isSingleWord: boolean;
  readonly isLeftStripped: boolean;
  readonly isRightStripped: boolean;
}

export interface AddedTokens {
  /** Finds the tokens that are not normalized, in the text as it was received. */
  readonly splitOriginal: SplitSections;
  /** Finds the normalized ones, in a normalized text. */
  readonly splitNormalized: SplitSections;
  /** Ids by content. */
  readonly ids: ReadonlyMap<string, number>;
}

/** @param vocabulary the model's: a token that is in both has the model's id. */
export function createAddedTokens(
  tokens: readonly Component[],
  vocabulary: ReadonlyMap<string, number>,
  normalize: Normalize,
): AddedTokens {
  const original = new Map<string, AddedToken>();
  const normalized = new Map<string, AddedToken>();
  const ids = new Map<string, number>();
  for (const token of tokens) {
    const json = { ...token, type: 'added_tokens' };
    const content = read(json, 'content', 'string');
    const id = vocabulary.get(content) ?? nextId(vocabulary.size, ids.values());
    assertId(json, content, { id, isKnown: ids.has(content), isInModel: vocabulary.has(content) });
    const added = {
      id,
      isSingleWord: read(json, 'single_word', 'boolean'),
      isLeftStripped: read(json, 'lstrip', 'boolean'),
      isRightStripped: read(json, 'rstrip', 'boolean'),
    };
    if (read(json, 'normalized', 'boolean')) {
      const found = normalize(content);
      if (found === '' && content !== '') {
        // The library finds it everywhere.
        throw unsupported('added_tokens.content', 'a text that is not empty if normalized', json);
      }
      normalized.set(found, added);
    } else {
      original.set(content, added);
    }
    ids.set(content, id);
  }
  return {
    splitOriginal: createSplitter(original),
    splitNormalized: createSplitter(normalized),
    ids,
  };
}

/** The library counts on from the model's vocabulary, whatever the ids in the file are. */
function nextId(vocabularySize: number, added: Iterable<number>): number {
  let id = vocabularySize;
  for (const other of added) {
    id = Math.max(id, other + 1);
  }
  return id;
}

function assertId(
  json: Component,
  content: string,
  { id, isKnown, isInModel }: { id: number; isKnown: boolean; isInModel: boolean },
): void {
  const found = read(json, 'id', 'number');
  if (isKnown) {
    throw unsupported('added_tokens', `${JSON.stringify(content)} once`, json);
  }
  if (!isInModel && found !== id) {
    throw unsupported('added_tokens.id', `${id} for ${JSON.stringify(content)}`, found);
  }
}

const WORD = new RegExp(`[${CLASSES.word}]`, 'u');
const SPACE = new RegExp(`[${CLASSES.whiteSpace}]`, 'u');

function createSplitter(tokens: ReadonlyMap<string, AddedToken>): SplitSections {
  const contents = [...tokens.keys()].filter((content) => content !== '');
  if (contents.length === 0) {
    return (text) => [{ text }];
  }
  // Of the tokens that begin at one place, the longest is found.
  contents.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map(escapePattern).join('|'), 'gu');
  return (text) => {
    const sections: Section[] = [];
    let done = 0;
    for (const { start, end } of findMatches(text, pattern)) {
      const token = tokens.get(text.slice(start, end)) as AddedToken;
      const range = rangeOf(token, text, { from: done, start, end });
      if (range) {
        if (range.start > done) {
          sections.push({ text: text.slice(done, range.start) });
        }
        sections.push({ id: token.id });
        done = range.end;
      }
    }
    if (done < text.length) {
      sections.push({ text: text.slice(done) });
    }
    return sections;
  };
}

/** @returns what a token takes of the text; undefined if it must be a word and is not, or nothing is left of it. */
function rangeOf(
  { isSingleWord, isLeftStripped, isRightStripped }: AddedToken,
  text: string,
  { from, start, end }: { from: number; start: number; end: number },
): { start: number; end: number } | undefined {
  if (
    isSingleWord &&
    (WORD.test(characterBefore(text, start)) || WORD.test(characterAt(text, end)))
  ) {
    return undefined;
  }
  const range = { start: isLeftStripped ? Math.max(start, from) : start, end };
  while (isLeftStripped && range.start > from && SPACE.test(text.charAt(range.start - 1))) {
    range.start--;
  }
  while (isRightStripped && SPACE.test(text.charAt(range.end))) {
    range.end++;
  }
  // One before took the white space that this one consists of.
  return range.start < range.end ? range : undefined;
}

function characterAt(text: string, index: number): string {
  return String.fromCodePoint(...[text.codePointAt(index)].filter((code) => code !== undefined));
}

function characterBefore(text: string, index: number): string {
  const isPair = /[\udc00-\udfff]/.test(text.charAt(index - 1));
  return text.slice(Math.max(0, index - (isPair ? 2 : 1)), index);
}
