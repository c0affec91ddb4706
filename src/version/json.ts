/** JSON that comes from a version: parsed, and checked against its schema. */
import type { z } from 'zod';
import { mismatch } from '../errors.ts';
import { ModelError, type ModelErrorCode } from './errors.ts';
import { describeIssue, expectation } from './schema-issue.ts';

/**
 * @param origin which file the text is, for the message.
 * @throws ModelError with the code where the text is not JSON, or deeper than any file of a version is.
 */
export function parseJson(text: string, origin: string, code: ModelErrorCode = 'unfit'): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelError(code, `${origin} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (isTooDeep(text)) {
    throw new ModelError(code, mismatch(origin, `at most ${MAX_DEPTH} levels of nesting`, 'more'));
  }
  return json;
}

/** What reads, compares or prints a value calls itself for each level. */
const MAX_DEPTH = 500;

/** @param text JSON. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= MAX_DEPTH; at++) {
    switch (text[at]) {
      case '"':
        at = endOfString(text, at);
        break;
      case '[':
      case '{':
        depth++;
        break;
      case ']':
      case '}':
        depth--;
        break;
    }
  }
  return depth > MAX_DEPTH;
}

/** The position of the quotation mark that ends a string. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') {
    end += text[end] === '\\' ? 2 : 1;
  }
  return end;
}

/** So many problems of a file are listed. */
const MAX_ISSUES = 10;

/**
 * @param origin which file the value is from, for the message.
 * @throws ModelError with the code where the value does not match the schema: a line for each problem, with
 * origin and key.
 */
export function checkJson<T>(
  schema: z.ZodType<T>,
  json: unknown,
  origin: string,
  code: ModelErrorCode = 'unfit',
): T {
  const parsed = schema.safeParse(json, { error: expectation });
  if (!parsed.success) {
    const { issues } = parsed.error;
    const lines = issues
      .slice(0, MAX_ISSUES)
      .map((issue) => `${origin}: ${describeIssue(issue, json)}`);
    const more = issues.length - lines.length;
    throw new ModelError(
      code,
      [...lines, ...(more > 0 ? [`${origin}: ${more} more problems`] : [])].join('\n'),
      { data: { key: (issues[0] as z.core.$ZodIssue).path.join('.') } },
    );
  }
  return parsed.data;
}
