/** From the body of a request to texts that may be classified. */
import { inputsSchema, textsSchema } from '../api/predict.ts';
import { ProblemError } from './problems.ts';

export interface InputLimits {
  /** Maximum number of texts in a request. */
  readonly maxInputs: number;
  /** Maximum number of characters (code points) in a text. */
  readonly maxChars: number;
}

/** A checked body: at least one text, none blank, none too long. */
export interface PredictRequest {
  readonly texts: readonly string[];
  /** `labels` answers as the original demo did: a bare array of labels for a bare array of texts. */
  readonly answer: 'predictions' | 'labels';
}

const SHAPES = 'expected {"inputs": "text"}, {"inputs": ["text", …]} or ["text", …]';

/**
 * @param isPrefix the body has more elements than `body` has.
 * @throws ProblemError 400, naming what was wrong and what is allowed.
 */
export function parsePredictRequest(
  body: unknown,
  limits: InputLimits,
  isPrefix = false,
): PredictRequest {
  assertBounded(body, limits, isPrefix);
  const request = parseShape(body);
  const { texts } = request;
  if (texts.length === 0) {
    throw new ProblemError('invalid-body', `There is no text; ${SHAPES}`);
  }
  texts.forEach((text, index) => {
    assertText(text, texts.length === 1 ? 'The text' : `Text ${index}`, limits);
  });
  return request;
}

function assertText(text: string, where: string, { maxChars }: InputLimits): void {
  // A text has at most as many code points as UTF-16 code units, which cost nothing to count, and at least half.
  if (text.length > 4 * maxChars) {
    throw new ProblemError(
      'text-too-long',
      `${where} has more than ${maxChars} characters, which is the most that is allowed`,
    );
  }
  const chars = text.length > maxChars ? countCodePoints(text) : text.length;
  if (chars > maxChars) {
    throw new ProblemError(
      'text-too-long',
      `${where} has ${chars} characters, at most ${maxChars} are allowed`,
    );
  }
  if (isBlank(text)) {
    throw new ProblemError(
      'empty-text',
      `${where} is empty or blank; it needs at least one character`,
    );
  }
}

/**
 * Refuses what is wrong in many places at its first one: the schema would collect an issue for each, of
 * millions of elements or fields.
 */
function assertBounded(body: unknown, { maxInputs }: InputLimits, isPrefix: boolean): void {
  const isBare = Array.isArray(body);
  const inputs = isBare ? body : (body as { inputs?: unknown } | null | undefined)?.inputs;
  if (Array.isArray(inputs)) {
    const wrong = inputs.slice(0, maxInputs).findIndex((text) => typeof text !== 'string');
    if (wrong >= 0) {
      const where = isBare ? `${wrong}` : `inputs.${wrong}`;
      throw new ProblemError('invalid-body', `${where}: expected a text; ${SHAPES}`);
    }
    if (inputs.length > maxInputs) {
      const found = `${isPrefix ? 'more than ' : ''}${inputs.length}`;
      throw new ProblemError(
        'too-many-inputs',
        `At most ${maxInputs} texts are allowed in a request, found ${found}`,
      );
    }
  }
  if (typeof body === 'object' && body !== null && !isBare) {
    for (const key in body) {
      if (key !== 'inputs') {
        const shown = JSON.stringify(key.slice(0, MAX_SHOWN_CHARS));
        throw new ProblemError('invalid-body', `Unrecognized key: ${shown}; ${SHAPES}`);
      }
    }
  }
}

/** Of a client's own words in a message. */
const MAX_SHOWN_CHARS = 80;

function parseShape(body: unknown): PredictRequest {
  const isBare = Array.isArray(body);
  const parsed = (isBare ? textsSchema : inputsSchema).safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
    throw new ProblemError('invalid-body', `${where}${issue?.message}; ${SHAPES}`);
  }
  if (Array.isArray(parsed.data)) {
    return { texts: parsed.data, answer: 'labels' };
  }
  const { inputs } = parsed.data;
  return { texts: typeof inputs === 'string' ? [inputs] : inputs, answer: 'predictions' };
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
