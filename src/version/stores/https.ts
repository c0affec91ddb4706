/** `https://host/prefix`: any web server that serves files; read-only. */
import { mismatch } from '../../errors.ts';
import { ModelError } from '../errors.ts';
import { isTransientStatus, toConnectionError } from './network.ts';
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
      'MODEL_STORE: expected https://host/prefix, without user, query or fragment',
    );
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    throw new ModelError(
      'bad-reference',
      `MODEL_STORE: http:// is only for this machine (localhost), found ${url.host}: use https://`,
    );
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}

const MAX_REDIRECTS = 5;

async function get(url: string, offset: number, signal: AbortSignal): Promise<Response> {
  let target = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await request(target, offset, signal);
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) {
      if (!response.ok) {
        throw refusal(target, response.status);
      }
      assertIdentity(target, response.headers.get('content-encoding') ?? 'identity');
      return response;
    }
    await response.body?.cancel();
    target = followRedirect(target, location);
  }
  throw new ModelError(
    'store-refused',
    `${url} (MODEL_STORE): expected at most ${MAX_REDIRECTS} redirects, found more`,
  );
}

/** @throws ModelError `store-refused` for compressed bytes: sizes and ranges are those of the file. */
function assertIdentity(url: string, encoding: string): void {
  if (encoding.toLowerCase() !== 'identity') {
    throw new ModelError(
      'store-refused',
      `${mismatch(`${url}: content-encoding`, 'identity, as requested', encoding)}: have the server send ` +
        'files as they are',
    );
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The address that a server redirects to. PINNED is not proven by a SHA, so only the server that the
 * setting names may answer: another host or a connection without encryption could pin any version.
 *
 * @throws ModelError `store-refused` for another host, or one without encryption.
 */
function followRedirect(from: string, location: string): string {
  const source = new URL(from);
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isSameServer =
    target?.origin === source.origin ||
    (target?.protocol === 'https:' && target.hostname === source.hostname);
  if (!target || !isSameServer || target.username || target.password) {
    throw new ModelError(
      'store-refused',
      `${mismatch(`${from}: redirect`, `an https:// address of ${source.hostname}`, location)}: name ` +
        'the server that has the files as MODEL_STORE',
    );
  }
  return target.href;
}

async function request(url: string, offset: number, signal: AbortSignal): Promise<Response> {
  // Without compression: sizes and ranges are those of the file.
  const headers = {
    'accept-encoding': 'identity',
    ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
  };
  try {
    return await fetch(url, { headers, signal, redirect: 'manual' });
  } catch (error) {
    throw signal.aborted ? error : toConnectionError(error, url);
  }
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
        { data: { status } },
      );
  }
}
