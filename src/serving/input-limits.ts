/** Which texts may be classified, for every protocol. */
import { type Problem, ProblemError, problem } from './problem.ts';

export interface InputLimits {
  /** Maximum number of texts in a request. */
  readonly maxInputs: number;
  /** Maximum number of characters (code points) in a text. */
  readonly maxChars: number;
}

/**
 * @param texts at least one.
 * @throws ProblemError `too-many-inputs`, `text-too-long` or `empty-text`, naming the text and what is allowed.
 */
export function assertTexts(texts: readonly string[], limits: InputLimits): void {
  assertTextCount(texts.length, limits);
  texts.forEach((text, index) => {
    assertText(text, texts.length === 1 ? 'The text' : `Text ${index}`, limits);
  });
}

/**
 * To be called before the texts are looked at one by one.
 *
 * @param isPrefix there are more than these.
 * @throws ProblemError `too-many-inputs`.
 */
export function assertTextCount(count: number, { maxInputs }: InputLimits, isPrefix = false): void {
  if (count > maxInputs) {
    throw new ProblemError(
      'too-many-inputs',
      `At most ${maxInputs} texts are allowed in a request, found ${isPrefix ? 'more than ' : ''}${count}`,
    );
  }
}

function assertText(text: string, where: string, { maxChars }: InputLimits): void {
  const found = findProblem(text, maxChars);
  if (found) {
    throw new ProblemError(found.code, `${where} ${found.detail}`);
  }
}

/** Why a text of a request with others can't be classified; undefined where it can. @param index of the text. */
export function problemOfText(
  text: string,
  index: number,
  { maxChars }: InputLimits,
): Problem | undefined {
  const found = findProblem(text, maxChars);
  return found && problem(found.code, `Text ${index} ${found.detail}`);
}

/** Why a text of a file can't be classified: the end of a sentence about it; undefined where it can. */
export function textProblem(text: string, maxChars: number): string | undefined {
  return findProblem(text, maxChars)?.detail;
}

interface TextProblem {
  readonly code: 'text-too-long' | 'empty-text';
  /** Follows the name of the text. */
  readonly detail: string;
}

function findProblem(text: string, maxChars: number): TextProblem | undefined {
  // A text has at most as many code points as UTF-16 code units, which cost nothing to count, and at least half.
  if (text.length > 4 * maxChars) {
    return {
      code: 'text-too-long',
      detail: `has more than ${maxChars} characters, which is the most that is allowed`,
    };
  }
  const chars = text.length > maxChars ? countCodePoints(text) : text.length;
  if (chars > maxChars) {
    return {
      code: 'text-too-long',
      detail: `has ${chars} characters, at most ${maxChars} are allowed`,
    };
  }
  return isBlank(text)
    ? { code: 'empty-text', detail: 'is empty or blank; it needs at least one character' }
    : undefined;
}

/** Nothing that a reader would see: white space, controls, what is ignored in display, and no characters. */
const BLANK =
  /^[\s\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]*$/u;
/** Most texts contain one of these, and need no closer look. */
const VISIBLE = /[!-~]/;

function isBlank(text: string): boolean {
  return !VISIBLE.test(text) && BLANK.test(text);
}

function countCodePoints(text: string): number {
  let count = text.length;
  let isBehindHighSurrogate = false;
  for (let at = 0; at < text.length; at++) {
    const kind = text.charCodeAt(at) & 0xfc00;
    if (kind === LOW_SURROGATE && isBehindHighSurrogate) {
      count--;
    }
    isBehindHighSurrogate = kind === HIGH_SURROGATE;
  }
  return count;
}

const [HIGH_SURROGATE, LOW_SURROGATE] = [0xd800, 0xdc00];
