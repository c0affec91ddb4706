import { KnownError } from '../errors.ts';

/** An error as fields of a log line: with its stack only where its cause is unknown. */
export function errorFields(error: unknown): object {
  if (error instanceof KnownError) {
    return { code: error.code, message: error.message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'unexpected', message, stack };
}
