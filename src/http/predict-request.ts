/** From the body of a request to texts that may be classified. */
import { inputsSchema, type Parameters, parametersSchema, textsSchema } from '../api/predict.ts';
import {
  assertTextCount,
  assertTexts,
  type InputLimits,
  problemOfText,
} from '../serving/input-limits.ts';
import { type Problem, ProblemError, problem, quote } from '../serving/problem.ts';

/** A checked body: at least one text; none blank, none too long. */
export type PredictRequest = { readonly texts: readonly string[] } & (
  | { readonly answer: 'predictions' }
  /** As the original demo did: a bare array of labels for a bare array of texts. */
  | { readonly answer: 'labels' }
  | { readonly answer: 'classes'; readonly parameters: Parameters }
  /** There may be no text. `problems`: of the others, by their places among all. */
  | { readonly answer: 'partial'; readonly problems: ReadonlyMap<number, Problem> }
);

export interface RequestForm {
  /** Texts that can't be classified do not keep the others from it. */
  readonly isPartial?: boolean;
  /** The answer has lists of labels, also without `parameters`. */
  readonly hasClasses?: boolean;
}

const SHAPES = 'expected {"inputs": "text"}, {"inputs": ["text", …]} or ["text", …]';
const CLASSES_SHAPES =
  'expected {"inputs": "text", "parameters": {…}} or {"inputs": ["text", …], "parameters": {…}}';
const PARTIAL_SHAPES = 'with partial=1, expected {"inputs": "text"} or {"inputs": ["text", …]}';
const PARAMETERS = Object.keys(parametersSchema.shape);

/**
 * @param isPrefix the body has more elements than are parsed.
 * @throws ProblemError 400, naming what was wrong and what is allowed.
 */
export function parsePredictRequest(
  body: unknown,
  limits: InputLimits,
  form: RequestForm = {},
  isPrefix = false,
): PredictRequest {
  assertBounded(body, limits, form, isPrefix);
  return form.isPartial ? parsePartial(body, limits, form) : parseWhole(body, limits, form);
}

function parseWhole(body: unknown, limits: InputLimits, form: RequestForm): PredictRequest {
  const isBare = Array.isArray(body);
  const parsed = (isBare ? textsSchema : inputsSchema).safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refusal(issue?.message ?? '', issue?.path ?? [], form);
  }
  const { data } = parsed;
  const inputs = Array.isArray(data) ? data : data.inputs;
  const texts = typeof inputs === 'string' ? [inputs] : inputs;
  if (texts.length === 0) {
    throw new ProblemError('invalid-body', `There is no text; ${shapesOf(form)}`);
  }
  assertTexts(texts, limits);
  if (Array.isArray(data)) {
    return { texts, answer: 'labels' };
  }
  const parameters = data.parameters ?? (form.hasClasses ? {} : undefined);
  return parameters === undefined
    ? { texts, answer: 'predictions' }
    : { texts, answer: 'classes', parameters };
}

function parsePartial(body: unknown, limits: InputLimits, form: RequestForm): PredictRequest {
  const { inputs } = (body ?? {}) as { inputs?: unknown };
  const elements = typeof inputs === 'string' ? [inputs] : inputs;
  if (!Array.isArray(elements)) {
    throw refusal('expected a text or an array of texts', ['inputs'], form);
  }
  if (elements.length === 0) {
    throw new ProblemError('invalid-body', `There is no text; ${shapesOf(form)}`);
  }
  const texts: string[] = [];
  const problems = new Map<number, Problem>();
  for (const [index, text] of elements.entries()) {
    const found =
      typeof text === 'string'
        ? problemOfText(text, index, limits)
        : problem('invalid-body', `Text ${index} is no text`);
    if (found) {
      problems.set(index, found);
    } else {
      texts.push(text);
    }
  }
  return { texts, answer: 'partial', problems };
}

/**
 * Refuses what is wrong in many places at its first one: the schema would collect an issue for each, of
 * millions of elements or fields.
 */
function assertBounded(
  body: unknown,
  limits: InputLimits,
  form: RequestForm,
  isPrefix: boolean,
): void {
  const isBare = Array.isArray(body);
  const { inputs, parameters } = (isBare ? { inputs: body } : (body ?? {})) as {
    inputs?: unknown;
    parameters?: unknown;
  };
  if (isBare && (form.isPartial || form.hasClasses)) {
    throw new ProblemError('invalid-body', `A bare array has labels only; ${shapesOf(form)}`);
  }
  if (Array.isArray(inputs)) {
    const wrong = form.isPartial
      ? -1
      : inputs.slice(0, limits.maxInputs).findIndex((text) => typeof text !== 'string');
    if (wrong >= 0) {
      throw refusal('expected a text', isBare ? [wrong] : ['inputs', wrong], form);
    }
    assertTextCount(inputs.length, limits, isPrefix);
  }
  if (typeof body === 'object' && body !== null && !isBare) {
    assertKeys(body, form.isPartial ? ['inputs'] : ['inputs', 'parameters'], shapesOf(form));
  }
  if (typeof parameters === 'object' && parameters !== null) {
    assertKeys(parameters, PARAMETERS, `parameters may have ${PARAMETERS.join(', ')}`);
  }
}

function assertKeys(value: object, allowed: readonly string[], expected: string): void {
  for (const key in value) {
    if (!allowed.includes(key)) {
      throw new ProblemError('invalid-body', `Unrecognized key: ${quote(key)}; ${expected}`);
    }
  }
}

function refusal(message: string, path: readonly PropertyKey[], form: RequestForm): ProblemError {
  const where = path.length > 0 ? `${path.join('.')}: ` : '';
  const shapes = path[0] === 'parameters' ? '' : `; ${shapesOf(form)}`;
  return new ProblemError('invalid-body', `${where}${message}${shapes}`);
}

function shapesOf({ isPartial, hasClasses }: RequestForm): string {
  return isPartial ? PARTIAL_SHAPES : hasClasses ? CLASSES_SHAPES : SHAPES;
}
