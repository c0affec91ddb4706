/** From the body of a request to texts that may be classified. */
import type { z } from 'zod';
import { inputsSchema, textsSchema } from '../api/predict.ts';
import { ProblemError } from './problems.ts';

export interface InputLimits {
  /** Most texts in a request. */
  readonly maxInputs: number;
  /** Most characters (code points) in a text. */
  readonly maxChars: number;
}

/** A checked body: at least one text, none blank, none too long. */
export interface PredictRequest {
  readonly texts: readonly string[];
  /** `labels` answers as the original demo did: a bare array of labels for a bare array of texts. */
  readonly answer: 'predictions' | 'labels';
}

const SHAPES = 'expected {"inputs": "text"}, {"inputs": ["text", …]} or ["text", …]';

/** @throws ProblemError 400, saying what was wrong and what is allowed. */
export function parsePredictRequest(body: unknown, limits: InputLimits): PredictRequest {
  const request = parseShape(body);
  const { texts } = request;
  if (texts.length === 0) {
    throw new ProblemError('invalid-body', `There is no text; ${SHAPES}`);
  }
  if (texts.length > limits.maxInputs) {
    throw new ProblemError(
      'too-many-inputs',
      `At most ${limits.maxInputs} texts are allowed in a request, found ${texts.length}`,
    );
  }
  texts.forEach((text, index) => {
    const where = texts.length === 1 ? 'The text' : `Text ${index}`;
    if (text.trim() === '') {
      throw new ProblemError(
        'empty-text',
        `${where} is empty or blank; it needs at least one character`,
      );
    }
    // A text has at most as many code points as UTF-16 code units, which cost nothing to count.
    if (text.length > limits.maxChars && [...text].length > limits.maxChars) {
      throw new ProblemError(
        'text-too-long',
        `${where} has ${[...text].length} characters, at most ${limits.maxChars} are allowed`,
      );
    }
  });
  return request;
}

function parseShape(body: unknown): PredictRequest {
  if (Array.isArray(body)) {
    return { texts: parse(textsSchema, body), answer: 'labels' };
  }
  const { inputs } = parse(inputsSchema, body);
  return { texts: typeof inputs === 'string' ? [inputs] : inputs, answer: 'predictions' };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new ProblemError('invalid-body', `${where}${issue?.message}; ${SHAPES}`);
}
