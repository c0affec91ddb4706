/** Asks the server, with the API key where it wants one. */

const STORED_KEY = 'api-key';
/** A prediction may wait in the queue, and a file may be large. */
const TIMEOUT_MS = 60_000;

export interface AskOptions {
  /** Sent as JSON, by POST. */
  readonly body?: object;
  readonly timeoutMs?: number;
}

/** What the server answered instead of what was asked for, in its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** There was no API key, or not one that the server takes. */
  get wantsKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** The key lasts as long as the tab. */
export function rememberKey(key: string): void {
  sessionStorage.setItem(STORED_KEY, key);
}

export function storedKey(): string | null {
  return sessionStorage.getItem(STORED_KEY);
}

/** @throws Refusal for any status but 2xx, TypeError or TimeoutError where nothing answers. */
export async function ask(
  path: string,
  { body, timeoutMs = TIMEOUT_MS }: AskOptions = {},
): Promise<Response> {
  const key = storedKey();
  const response = await fetch(path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(key === null ? {} : { 'x-api-key': key }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) {
    throw new Refusal(response.status, await wordsOf(response));
  }
  return response;
}

/** @throws as `ask`. */
export async function askJson<T>(path: string, options?: AskOptions): Promise<T> {
  return (await ask(path, options)).json() as Promise<T>;
}

/** An error as a sentence for whoever looks at the page. */
export function explain(error: unknown): string {
  return error instanceof Refusal ? error.message : 'The server does not answer.';
}

/** Title and detail of a problem (RFC 9457). */
async function wordsOf(response: Response): Promise<string> {
  try {
    const { title, detail } = (await response.json()) as { title?: string; detail?: string };
    return [title, detail].filter(Boolean).join(': ') || `Status ${response.status}`;
  } catch {
    return `Status ${response.status}`;
  }
}
