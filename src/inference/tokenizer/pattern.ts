/** The patterns of Replace and Split: a string, or a regular expression of Oniguruma. */
import * as library from '@huggingface/tokenizers';
import { type Component, unsupported } from './component.ts';
import { propertyClass } from './unicode.ts';

/** What JavaScript has no counterpart for, where `_` replaces escaped characters and classes. */
const UNSUPPORTED_SYNTAX = /\(\?(?!:|=|!|<[=!])|[*+?]\+/;
const UNSUPPORTED_ESCAPE = /^\\(?:[GKNORXYgky]|u\{)/;

/**
 * Compiles a pattern, with the flags `gu`.
 *
 * @throws ClassifierError `bad-model` if it can't be run, or could match other texts, in JavaScript.
 */
export function compilePattern({ type, pattern }: Component): RegExp {
  const what = `${type}.pattern`;
  const { String: literal, Regex: expression, ...others } = Object(pattern) as Component;
  if (Object.keys(others).length > 0 || (literal !== undefined && expression !== undefined)) {
    throw unsupported(what, '{"String": …} or {"Regex": …}', pattern);
  }
  if (typeof literal === 'string') {
    return new RegExp(escapePattern(literal), 'gu');
  }
  if (typeof expression !== 'string') {
    throw unsupported(what, '{"String": …} or {"Regex": …}', pattern);
  }
  const escapes = expression.match(/\\(?:u\{|.)/gsu) ?? [];
  let outline = expression.replace(/\\./gsu, '_');
  // Classes can be nested.
  while (/\[[^[\]]*\]/.test(outline)) {
    outline = outline.replace(/\[[^[\]]*\]/g, '_');
  }
  if (UNSUPPORTED_SYNTAX.test(outline) || escapes.some((each) => UNSUPPORTED_ESCAPE.test(each))) {
    throw unsupported(what, 'no options, atomic groups, named groups or their like', expression);
  }
  return new RegExp(withTables(what, translate(what, expression)), 'gu');
}

/** The part of the library that is used here; its own types do not resolve under `nodenext`. */
const { ReplaceNormalizer } = library as unknown as {
  ReplaceNormalizer: new (json: { pattern: { Regex: string } }) => { readonly pattern: RegExp };
};

/** The library's translation of `^`. Oniguruma finds no line after a line break at the end. */
const LINE_START = '(?:(?<![\\s\\S])|(?<=\\n))';

/** Translates an expression of Oniguruma to JavaScript's syntax. */
function translate(what: string, expression: string): string {
  try {
    const { source } = new ReplaceNormalizer({ pattern: { Regex: expression } }).pattern;
    return source.replaceAll(LINE_START, `${LINE_START}(?=[\\s\\S]|(?<![\\s\\S]))`);
  } catch {
    throw unsupported(what, 'a regular expression that JavaScript can run', expression);
  }
}

/** An escaped character, a property, or a bracket of a class: the translation has no nested classes. */
const PARTS = /\\([pP])\{([^}]*)\}|\\.|[[\]]/gsu;

/** Replaces properties of Unicode, whose version is that of Node, by ranges. */
function withTables(what: string, source: string): string {
  let isInClass = false;
  return source.replace(PARTS, (part, letter?: string, name?: string) => {
    if (name === undefined) {
      isInClass = part === '[' || (isInClass && part !== ']');
      return part;
    }
    const ranges = propertyClass(name, letter === 'P');
    if (ranges === undefined) {
      throw unsupported(what, 'a general category, Alphabetic, Lowercase or Uppercase', part);
    }
    return isInClass ? ranges : `[${ranges}]`;
  });
}

export interface Match {
  readonly start: number;
  readonly end: number;
}

/**
 * The matches of a pattern, as Oniguruma finds them.
 *
 * @param pattern with the flag `g`. `matchAll` would compile it again for each text.
 */
export function findMatches(text: string, pattern: RegExp): Match[] {
  const matches: Match[] = [];
  pattern.lastIndex = 0;
  for (let match = exec(pattern, text); match; match = exec(pattern, text)) {
    const start = match.index;
    const end = start + match[0].length;
    // Oniguruma finds no empty match where another one ended. V8 finds some inside a surrogate pair.
    const isExtra = start === end && (start === matches.at(-1)?.end || isPair(text, start - 1));
    if (!isExtra) {
      matches.push({ start, end });
    }
    if (start === end) {
      pattern.lastIndex += isPair(text, start) ? 2 : 1;
    }
  }
  return matches;
}

/** Oniguruma is not run on an empty text. */
function exec(pattern: RegExp, text: string): RegExpExecArray | null {
  return text === '' ? null : pattern.exec(text);
}

function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index) ?? 0) > 0xffff;
}

/** Replaces each match by `content`, literally. */
export function replaceAll(text: string, pattern: RegExp, content: string): string {
  if (text.search(pattern) === -1) {
    return text;
  }
  let replaced = '';
  let end = 0;
  for (const match of findMatches(text, pattern)) {
    replaced += text.slice(end, match.start) + content;
    end = match.end;
  }
  return replaced + text.slice(end);
}

/** The expression that matches a text literally. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
