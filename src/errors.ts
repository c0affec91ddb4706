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

/** What a code of the system means, after the name of the file or address. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: "can't be used: permission denied",
  EPERM: "can't be used: permission denied",
  EISDIR: 'is a folder: expected a file',
  ENOTDIR: "can't be reached: a part of its path is not a folder",
  ENOTEMPTY: 'is not empty',
  EEXIST: 'exists already',
  ENOSPC: "can't be written: no space is left on the disk",
  EDQUOT: "can't be written: the quota of the disk is used up",
  EROFS: "can't be written: the file system is read-only",
  ELOOP: "can't be reached: too many symbolic links",
  ENAMETOOLONG: "can't be used: its name is too long",
  EMFILE: "can't be opened: this process has too many open files",
  EADDRINUSE: 'is in use by another process',
  EADDRNOTAVAIL: 'is not an address of this machine',
  ENOTFOUND: "can't be resolved",
  EAI_AGAIN: "can't be resolved at the moment",
};

/** True for an error of the system: of a file, a socket, a process. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** True for an error of the system with this code, such as `ENOENT`. */
export function hasSystemCode(error: unknown, code: string): boolean {
  return isSystemError(error) && error.code === code;
}

/**
 * An error of the system in words: the file or the address, and what is wrong.
 *
 * @param file that was used: of an open file, as on a full disk, the error does not have the name.
 */
export function describeSystemError(error: NodeJS.ErrnoException, file?: string): string {
  const { code = '', path = file, message } = error;
  const { address, port, hostname } = error as {
    address?: string;
    port?: number;
    hostname?: string;
  };
  const socket = port === undefined ? address : `${address}:${port}`;
  const subject = path ?? socket ?? hostname ?? 'the file';
  const isNoFolder = code === 'EEXIST' && error.syscall === 'mkdir';
  const reason = isNoFolder ? 'is not a folder' : SYSTEM_REASONS[code];
  if (reason !== undefined) {
    return `${subject} ${reason}${path === undefined ? ` (${code})` : ''}`;
  }
  // Node's own message: `<code>: <description>, <call> <arguments>`.
  const [, description] = /^[A-Z\d]+: ([^,]+)/.exec(message) ?? [];
  return description === undefined ? message : `${subject} can't be used: ${description} (${code})`;
}

/** Waits for what uses a file. The system's error of a full disk does not name it; here, it does. */
export async function namingFile<T>(path: string, used: Promise<T>): Promise<T> {
  try {
    return await used;
  } catch (error) {
    throw isSystemError(error) ? Object.assign(error, { path: error.path ?? path }) : error;
  }
}

/** Why `fetch` failed, in a few words or the system's code: it hides the system's error in the cause of its own. */
export function fetchFailureReason(error: unknown): string {
  const status = proxyStatus(error);
  if (status !== undefined) {
    return `the proxy answers with status ${status}`;
  }
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'timeout' : (cause?.code ?? cause?.message ?? message);
}

/** The status with which a proxy has refused to connect; undefined for any other error of `fetch`. */
export function proxyStatus(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // undici has no code for it.
    const [, status] =
      /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(cause.message) ?? [];
    if (status !== undefined) {
      return Number(status);
    }
  }
  return undefined;
}
