/** Requests to the server, with the API key or the admin token where it requires one. */
import type { Problem } from '../../api/problem.ts';

const STORED_KEY = 'api-key';
const STORED_TOKEN = 'admin-token';
/** A prediction may wait in the queue, and a file may be large. */
const TIMEOUT_MS = 60_000;

interface RequestOptions {
  /** Without one: POST with a body, else GET. */
  readonly method?: string | undefined;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** In the place of the API key. */
  readonly adminToken?: string | undefined;
  readonly timeoutMs?: number;
}

/** An answer with a status other than 2xx; the message is that of the server. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** The API key, or the admin token, was missing or wrong. */
  get needsKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Keeps the key until the tab is closed. */
export function storeKey(key: string): void {
  sessionStorage.setItem(STORED_KEY, key);
}

export function storedKey(): string | null {
  return sessionStorage.getItem(STORED_KEY);
}

/** Keeps the admin token until the tab is closed; undefined: forgets it. */
export function storeToken(token: string | undefined): void {
  if (token === undefined) {
    sessionStorage.removeItem(STORED_TOKEN);
  } else {
    sessionStorage.setItem(STORED_TOKEN, token);
  }
}

export function storedToken(): string | undefined {
  return sessionStorage.getItem(STORED_TOKEN) ?? undefined;
}

/** @throws RefusedError for a status other than 2xx, TypeError or TimeoutError without an answer. */
export async function request(
  path: string,
  { method, body, adminToken, timeoutMs = TIMEOUT_MS }: RequestOptions = {},
): Promise<Response> {
  const key = adminToken ?? storedKey();
  const response = await fetch(path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: {
      ...(key === null ? {} : { 'x-api-key': key }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    throw new RefusedError(response.status, await problemText(response));
  }
  return response;
}

/** @throws as `request`. */
export async function requestJson<T>(path: string, options?: RequestOptions): Promise<T> {
  return (await request(path, options)).json() as Promise<T>;
}

/** An error as a sentence for the reader of the page. */
export function errorText(error: unknown): string {
  return error instanceof RefusedError ? error.message : 'The server does not answer.';
}

async function problemText(response: Response): Promise<string> {
  try {
    const { title, detail } = (await response.json()) as Partial<Problem>;
    return [title, detail].filter(Boolean).join(': ') || `Status ${response.status}`;
  } catch {
    return `Status ${response.status}`;
  }
}
