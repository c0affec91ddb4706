/** JSON that comes from a version: parsed, and checked against its schema. */
import type { z } from 'zod';
import { ModelError, type ModelErrorCode } from './errors.ts';
import { describeIssue, expectation } from './schema-issue.ts';

/**
 * @param origin which file the text is, for the message.
 * @throws ModelError with the code where the text is not JSON.
 */
export function parseJson(text: string, origin: string, code: ModelErrorCode = 'unfit'): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError(code, `${origin} is not JSON: ${(cause as Error).message}`, { cause });
  }
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
