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

/**
 * @param origin which file the value is from, for the message.
 * @throws ModelError with the code, naming origin and key, where the value does not match the schema.
 */
export function checkJson<T>(
  schema: z.ZodType<T>,
  json: unknown,
  origin: string,
  code: ModelErrorCode = 'unfit',
): T {
  const parsed = schema.safeParse(json, { error: expectation });
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new ModelError(code, `${origin}: ${describeIssue(issue, json)}`, {
      data: { key: issue.path.join('.') },
    });
  }
  return parsed.data;
}
