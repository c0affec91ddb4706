/** `pre_tokenizer` of tokenizer.json: splits a normalized text into words, which become tokens separately. */
import { toByteCharacters } from './byte-level.ts';
import {
  type Component,
  create,
  type Factories,
  read,
  readCharacter,
  readList,
  unsupported,
} from './component.ts';
import { compilePattern, findMatches } from './pattern.ts';
import { CLASSES, propertyClass } from './unicode.ts';

/** Splits one text into words, none of them empty. */
export type PreTokenize = (text: string) => readonly string[];

const PRE_TOKENIZERS: Factories<PreTokenize> = {
  BertPreTokenizer: () => (text) => text.match(BERT_WORDS) ?? [],
  ByteLevel: createByteLevel,
  CharDelimiterSplit: (json) => {
    const delimiter = readCharacter(json, 'delimiter');
    return (text) => text.split(delimiter).filter((word) => word !== '');
  },
  Digits: (json) => {
    const behavior = read(json, 'individual_digits', 'boolean') ? 'Isolated' : 'Contiguous';
    return (text) => split(text, NUMERIC, behavior);
  },
  FixedLength: createFixedLength,
  Metaspace: createMetaspace,
  Punctuation: (json) => {
    const behavior = readBehavior(json, 'Isolated');
    return (text) => split(text, PUNCTUATION, behavior);
  },
  Sequence: (json) => {
    const steps = readList(json, 'pretokenizers').map(createPreTokenizer);
    return (text) => steps.reduce<readonly string[]>((words, step) => words.flatMap(step), [text]);
  },
  Split: createSplit,
  Whitespace: () => (text) => text.match(WORDS_AND_MARKS) ?? [],
  WhitespaceSplit: () => (text) => text.match(NOT_WHITE_SPACE) ?? [],
};

/** @throws ClassifierError `bad-model` for a pre-tokenizer, or a property of one, that is not supported. */
export function createPreTokenizer(json: unknown): PreTokenize {
  return create('pre_tokenizer', PRE_TOKENIZERS, json);
}

const { whiteSpace, punctuation, numeric, word } = CLASSES;
const LETTER = propertyClass('L', false);
const NUMBER = propertyClass('N', false);

const NOT_WHITE_SPACE = new RegExp(`[^${whiteSpace}]+`, 'gu');
const PUNCTUATION = new RegExp(`[${punctuation}]`, 'gu');
const NUMERIC = new RegExp(`[${numeric}]`, 'gu');
const BERT_WORDS = new RegExp(`[${punctuation}]|[^${whiteSpace}${punctuation}]+`, 'gu');
const WORDS_AND_MARKS = new RegExp(`[${word}]+|[^${word}${whiteSpace}]+`, 'gu');
/** GPT-2's expression. */
const BYTE_LEVEL_WORDS = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?[${LETTER}]+| ?[${NUMBER}]+| ?[^${whiteSpace}${LETTER}${NUMBER}]+|[${whiteSpace}]+(?![^${whiteSpace}])|[${whiteSpace}]+`,
  'gu',
);

function createByteLevel(json: Component): PreTokenize {
  const addsPrefix = read(json, 'add_prefix_space', 'boolean');
  const isSplit = read(json, 'use_regex', 'boolean', true);
  return (text) => {
    const prefixed = addsPrefix && !text.startsWith(' ') ? ` ${text}` : text;
    const words = isSplit ? (prefixed.match(BYTE_LEVEL_WORDS) ?? []) : [prefixed];
    return words.map(toByteCharacters);
  };
}

function createFixedLength(json: Component): PreTokenize {
  const length = read(json, 'length', 'number', 5);
  if (!Number.isSafeInteger(length) || length < 1) {
    throw unsupported('FixedLength.length', 'a whole number, 1 or more', length);
  }
  return (text) => {
    const characters = Array.from(text);
    return Array.from({ length: Math.ceil(characters.length / length) }, (_, at) =>
      characters.slice(at * length, (at + 1) * length).join(''),
    );
  };
}

function createMetaspace(json: Component): PreTokenize {
  const replacement = readCharacter(json, 'replacement');
  const isSplit = read(json, 'split', 'boolean', true);
  const scheme = read(json, 'prepend_scheme', 'string', 'always');
  if (scheme !== 'never' && !read(json, 'add_prefix_space', 'boolean', true)) {
    throw unsupported('Metaspace.prepend_scheme', 'never without add_prefix_space', scheme);
  }
  if (scheme !== 'always' && scheme !== 'never') {
    // `first` depends on where in the original text the normalized one begins.
    throw unsupported('Metaspace.prepend_scheme', 'always or never', scheme);
  }
  const prefix = scheme === 'always' ? replacement : '';
  return (text) => {
    const spaced = text.replaceAll(replacement, ' ');
    const [first, ...others] = spaced.split(' ') as [string, ...string[]];
    const words = others.map((word) => replacement + word);
    if (first !== '') {
      words.unshift(prefix + first);
    }
    return isSplit ? words : [words.join('')];
  };
}

const BEHAVIORS = [
  'Removed',
  'Isolated',
  'Contiguous',
  'MergedWithPrevious',
  'MergedWithNext',
] as const;
type Behavior = (typeof BEHAVIORS)[number];

function readBehavior(json: Component, fallback?: Behavior): Behavior {
  const behavior = read(json, 'behavior', 'string', fallback);
  const found = BEHAVIORS.find((each) => each === behavior);
  if (found === undefined) {
    throw unsupported(`${json.type}.behavior`, `one of ${BEHAVIORS.join(', ')}`, behavior);
  }
  return found;
}

function createSplit(json: Component): PreTokenize {
  const pattern = compilePattern(json);
  const behavior = readBehavior(json);
  const isInverted = read(json, 'invert', 'boolean');
  return (text) => split(text, pattern, behavior, isInverted);
}

interface Piece {
  start: number;
  end: number;
  readonly isMatch: boolean;
}

/** Splits a text at the matches of a pattern, or at what is between them if it is inverted. */
function split(text: string, pattern: RegExp, behavior: Behavior, isInverted = false): string[] {
  return merge(findPieces(text, pattern, isInverted), behavior)
    .filter(({ start, end }) => end > start)
    .map(({ start, end }) => text.slice(start, end));
}

/** The matches and what is between them, together the whole text. */
function findPieces(text: string, pattern: RegExp, isInverted: boolean): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of findMatches(text, pattern)) {
    if (match.start > end) {
      pieces.push({ start: end, end: match.start, isMatch: isInverted });
    }
    pieces.push({ ...match, isMatch: !isInverted });
    end = match.end;
  }
  if (end < text.length) {
    pieces.push({ start: end, end: text.length, isMatch: isInverted });
  }
  return pieces;
}

function merge(pieces: Piece[], behavior: Behavior): Piece[] {
  switch (behavior) {
    case 'Isolated':
      return pieces;
    case 'Removed':
      return pieces.filter(({ isMatch }) => !isMatch);
    case 'Contiguous':
      return mergeNeighbours(pieces, (piece, previous) => piece.isMatch === previous);
    case 'MergedWithPrevious':
      return mergeNeighbours(pieces, (piece, previous) => piece.isMatch && !previous);
    case 'MergedWithNext':
      return mergeNeighbours(
        pieces.reverse(),
        (piece, previous) => piece.isMatch && !previous,
      ).reverse();
  }
}

/** @param belongs whether a piece is merged with the one before, of which it receives `isMatch`. */
function mergeNeighbours(
  pieces: readonly Piece[],
  belongs: (piece: Piece, previous: boolean) => boolean,
): Piece[] {
  const merged: Piece[] = [];
  let previous = false;
  for (const piece of pieces) {
    const target = merged.at(-1);
    if (belongs(piece, previous) && target) {
      target.start = Math.min(target.start, piece.start);
      target.end = Math.max(target.end, piece.end);
    } else {
      merged.push({ ...piece });
    }
    previous = piece.isMatch;
  }
  return merged;
}
