/** `fetch` with a limit of time and size that holds until the last byte of the body. */
import { KnownError } from './errors.ts';

/** An answer that is larger is not one of a server of this project. */
const DEFAULT_MAX_BYTES = 128 * 1024 ** 2;

export interface FetchTextOptions extends Omit<RequestInit, 'signal'> {
  readonly timeoutMs: number;
  readonly maxBytes?: number;
}

export interface TextAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * `fetch` holds its signal weakly: once its request has been collected as garbage, an abort no longer reaches the
 * body (nodejs/node#55428). Here it does.
 *
 * @throws DOMException `TimeoutError`; KnownError `too-large`; as `fetch`.
 */
export async function fetchText(
  url: string | URL,
  { timeoutMs, maxBytes = DEFAULT_MAX_BYTES, ...init }: FetchTextOptions,
): Promise<TextAnswer> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = new DOMException(`no whole answer within ${timeoutMs} ms`, 'TimeoutError');
      reject(reason);
      controller.abort(reason);
    }, timeoutMs);
  });
  try {
    return await Promise.race([
      exchange(url, { ...init, signal: controller.signal }, maxBytes),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(
  url: string | URL,
  init: RequestInit & { readonly signal: AbortSignal },
  maxBytes: number,
): Promise<TextAnswer> {
  const response = await fetch(url, init);
  const reader = response.body?.getReader();
  // Ends the connection also where `fetch` no longer hears the signal.
  init.signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    chunks.push(read.value);
    bytes += read.value.byteLength;
    if (bytes > maxBytes) {
      await reader?.cancel();
      throw new KnownError('too-large', `more than ${maxBytes} bytes`);
    }
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks));
  return { status: response.status, headers: response.headers, text };
}
