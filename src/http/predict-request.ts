/** From the body of a request to texts that may be classified. */
import { inputsSchema, textsSchema } from '../api/predict.ts';
import { assertTextCount, assertTexts, type InputLimits } from '../serving/input-limits.ts';
import { ProblemError } from '../serving/problem.ts';

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
  assertTexts(texts, limits);
  return request;
}

/**
 * Refuses what is wrong in many places at its first one: the schema would collect an issue for each, of
 * millions of elements or fields.
 */
function assertBounded(body: unknown, limits: InputLimits, isPrefix: boolean): void {
  const isBare = Array.isArray(body);
  const inputs = isBare ? body : (body as { inputs?: unknown } | null | undefined)?.inputs;
  if (Array.isArray(inputs)) {
    const wrong = inputs.slice(0, limits.maxInputs).findIndex((text) => typeof text !== 'string');
    if (wrong >= 0) {
      const where = isBare ? `${wrong}` : `inputs.${wrong}`;
      throw new ProblemError('invalid-body', `${where}: expected a text; ${SHAPES}`);
    }
    assertTextCount(inputs.length, limits, isPrefix);
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
