/** `normalizer` of tokenizer.json: what is done to a text before it is split. */

import { toByteCharacters } from './byte-level.ts';
import { type Component, create, type Factories, read, readList } from './component.ts';
import { compilePattern, replaceAll } from './pattern.ts';
import { createPrecompiled } from './precompiled.ts';
import { CLASSES, type NormalizationForm, normalizeUnicode, toLowerCase } from './unicode.ts';

export type Normalize = (text: string) => string;

const NORMALIZERS: Factories<Normalize> = {
  BertNormalizer: createBertNormalizer,
  ByteLevel: () => toByteCharacters,
  Lowercase: () => toLowerCase,
  NFC: createUnicodeNormalizer,
  NFD: createUnicodeNormalizer,
  NFKC: createUnicodeNormalizer,
  NFKD: createUnicodeNormalizer,
  Nmt: () => (text) => text.replace(NMT_REMOVED, '').replace(NMT_SPACES, ' '),
  Precompiled: (json) => createPrecompiled(read(json, 'precompiled_charsmap', 'string')),
  Prepend: createPrepend,
  Replace: createReplace,
  Sequence: (json) => chain(readList(json, 'normalizers').map(createNormalizer)),
  Strip: createStrip,
  StripAccents: () => (text) => text.replace(COMBINING_MARKS, ''),
};

/** @throws ClassifierError `bad-model` for a normalizer, or a property of one, that is not supported. */
export function createNormalizer(json: unknown): Normalize {
  return create('normalizer', NORMALIZERS, json);
}

function chain(steps: readonly Normalize[]): Normalize {
  return (text) => steps.reduce((current, step) => step(current), text);
}

const CLEANED = new RegExp(`[\\0\\ufffd${CLASSES.control}]`, 'gu');
const WHITE_SPACE = new RegExp(`[${CLASSES.whiteSpace}]`, 'gu');
const IS_WHITE_SPACE = new RegExp(`[${CLASSES.whiteSpace}]`, 'u');
const IDEOGRAPHS = new RegExp(`[${CLASSES.ideograph}]`, 'gu');
const NONSPACING_MARKS = new RegExp(`[${CLASSES.nonspacingMark}]`, 'gu');
const COMBINING_MARKS = new RegExp(`[${CLASSES.combiningMark}]`, 'gu');
/** Rules of neural machine translation, as SentencePiece has them. */
const NMT_CONTROLS = '\\x01-\\x08\\x0b\\x0e-\\x1f\\x7f\\x8f\\x9f';
const NMT_REMOVED = new RegExp(`[${NMT_CONTROLS}]`, 'g');
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g;

function createBertNormalizer(json: Component): Normalize {
  const isLowerCase = read(json, 'lowercase', 'boolean');
  const steps: Normalize[] = [];
  if (read(json, 'clean_text', 'boolean')) {
    steps.push((text) => text.replace(CLEANED, '').replace(WHITE_SPACE, ' '));
  }
  if (read(json, 'handle_chinese_chars', 'boolean')) {
    steps.push((text) => text.replace(IDEOGRAPHS, ' $& '));
  }
  if (read(json, 'strip_accents', 'boolean', isLowerCase)) {
    steps.push((text) => normalizeUnicode(text, 'NFD').replace(NONSPACING_MARKS, ''));
  }
  if (isLowerCase) {
    steps.push(toLowerCase);
  }
  return chain(steps);
}

function createUnicodeNormalizer({ type }: Component): Normalize {
  return (text) => normalizeUnicode(text, type as NormalizationForm);
}

function createPrepend(json: Component): Normalize {
  const prefix = read(json, 'prepend', 'string');
  return (text) => (text === '' ? text : prefix + text);
}

function createReplace(json: Component): Normalize {
  const pattern = compilePattern(json);
  const content = read(json, 'content', 'string');
  return (text) => replaceAll(text, pattern, content);
}

/** No regular expression: on a long run of spaces inside the text, `\s+$` takes quadratic time. */
function createStrip(json: Component): Normalize {
  const isLeft = read(json, 'strip_left', 'boolean');
  const isRight = read(json, 'strip_right', 'boolean');
  return (text) => {
    let start = 0;
    let end = text.length;
    while (isLeft && start < end && IS_WHITE_SPACE.test(text.charAt(start))) {
      start++;
    }
    while (isRight && end > start && IS_WHITE_SPACE.test(text.charAt(end - 1))) {
      end--;
    }
    return text.slice(start, end);
  };
}
