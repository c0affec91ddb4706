/** The base of every error that this project throws on purpose. */

/** What an error carries beside its message, for the log and for programs. */
export type ErrorData = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface KnownErrorOptions extends ErrorOptions {
  readonly data?: ErrorData | undefined;
}

/**
 * An error whose cause is known: its message names what was expected and what was found, and is shown
 * without a stack. The command line, the log and HTTP each handle it in one place; an error of any other
 * class is a defect.
 */
export class KnownError<Code extends string = string> extends Error {
  /** Stable, for programs; each subclass lists its own. */
  readonly code: Code;
  readonly data: ErrorData;

  constructor(code: Code, message: string, { data = {}, ...options }: KnownErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.data = data;
  }
}

/** `<where>: expected <expected>, found <found>`: the one form of such a message. */
export function mismatch(where: string, expected: string | number, found: string | number): string {
  return `${where}: expected ${expected}, found ${found}`;
}
