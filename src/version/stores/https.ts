/** `https://host/prefix`: any web server that serves files; read-only. */
import { ModelError } from '../errors.ts';
import { isTransientStatus, networkCode } from './network.ts';
import { createRemoteStore, type ObjectReader, type RemoteOptions } from './remote.ts';
import type { RemoteStore } from './store.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @throws ModelError `bad-reference` where a path can't be appended to the location. */
export function createHttpsStore(location: string, options: RemoteOptions): RemoteStore {
  const base = parseBase(location);
  const reader: ObjectReader = {
    location: base,
    async openAt(key, offset, signal) {
      const url = `${base}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const response = await get(url, offset, signal);
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
      const length = range?.[2] ?? response.headers.get('content-length');
      return {
        size: length === null ? undefined : Number(length),
        offset: Number(range?.[1] ?? 0),
        body: response.body ?? new ReadableStream({ start: (stream) => stream.close() }),
      };
    },
  };
  return createRemoteStore(reader, options);
}

function parseBase(location: string): string {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (!url || url.username || url.password || url.search || url.hash) {
    throw new ModelError(
      'bad-reference',
      'expected https://host/prefix, without user, query or fragment, as the store',
    );
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    throw new ModelError(
      'bad-reference',
      `http:// is only for this machine (localhost), found ${url.host}: use https://`,
    );
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}

async function get(url: string, offset: number, signal: AbortSignal): Promise<Response> {
  // Without compression: sizes and ranges are those of the file.
  const headers = {
    'accept-encoding': 'identity',
    ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
  };
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (error) {
    const code = networkCode(error);
    throw code === undefined
      ? error
      : new ModelError('store-unavailable', `${url} can't be reached: ${code}`, { cause: error });
  }
  if (!response.ok) {
    throw refusal(url, response.status);
  }
  return response;
}

function refusal(url: string, status: number): ModelError {
  switch (status) {
    case 404:
    case 410:
      return new ModelError('not-found', `${url} does not exist`);
    case 401:
    case 403:
      return new ModelError('access-denied', `${url}: access denied (status ${status})`);
    default:
      return new ModelError(
        isTransientStatus(status) ? 'store-unavailable' : 'store-refused',
        `${url}: expected status 200 or 206, found ${status}`,
      );
  }
}
