/**
 * A server of objects, to read from over HTTP or S3: a folder on a free port, with ranges, and with
 * the faults that a test requests.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What goes wrong with one request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code?: string }
  /** The connection breaks after so many bytes. */
  | { readonly kind: 'break'; readonly after: number }
  /** Nothing more comes after so many bytes. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The requested range is ignored. */
  | { readonly kind: 'whole' }
  /** The first byte of what is sent is another. */
  | { readonly kind: 'flip' };

export interface ObjectServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `key` or `key from byte`, of each request. */
  readonly requests: string[];
  /** The next requests for a key meet these, one each; the last one stays where `forever`. */
  fault(key: string, faults: readonly Fault[], forever?: boolean): void;
  close(): Promise<void>;
}

const BUCKET = 'bucket';
const PAGE = 3;

/** @param folder served below `/bucket/`, which is the bucket's name for S3. */
export async function startObjectServer(folder: string): Promise<ObjectServer> {
  const requests: string[] = [];
  const faults = new Map<string, { list: Fault[]; forever: boolean }>();

  const nextFault = (key: string): Fault | undefined => {
    const planned = faults.get(key);
    return planned?.forever && planned.list.length === 1 ? planned.list[0] : planned?.list.shift();
  };
  const server = createServer((req, res) => {
    const url = new URL(req.url as string, 'http://localhost');
    if (url.searchParams.has('list-type')) {
      list(folder, url.searchParams, res);
      return;
    }
    const key = decodeURIComponent(url.pathname).replace(`/${BUCKET}/`, '');
    const from = /^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1];
    requests.push(from === undefined ? key : `${key} from ${from}`);
    answer(req, res, join(folder, key), Number(from ?? 0), nextFault(key));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: (key, list, forever = false) => void faults.set(key, { list: [...list], forever }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  from: number,
  fault: Fault | undefined,
): void {
  if (fault?.kind === 'status') {
    refuse(res, fault.status, fault.code ?? `Status${fault.status}`);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    refuse(res, 404, 'NoSuchKey');
    return;
  }
  const isRange = req.headers.range !== undefined && fault?.kind !== 'whole';
  const body = isRange ? bytes.subarray(from) : bytes;
  if (isRange) {
    res.setHeader('content-range', `bytes ${from}-${bytes.byteLength - 1}/${bytes.byteLength}`);
  }
  if (fault?.kind === 'flip') {
    body[0] = (body[0] as number) ^ 1;
  }
  res.writeHead(isRange ? 206 : 200, { 'content-length': body.byteLength });
  if (fault?.kind === 'break' || fault?.kind === 'stall') {
    res.write(body.subarray(0, fault.after), () => {
      if (fault.kind === 'break') {
        // What has been written still arrives.
        res.socket?.end();
      }
    });
  } else {
    res.end(body);
  }
}

function refuse(res: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as requested</Message></Error>`;
  res.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}

/** ListObjectsV2, a few keys a page, in no particular order. */
function list(folder: string, query: URLSearchParams, res: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const keys = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((key) => key.startsWith(prefix))
    .sort()
    .reverse();
  const start = Number(query.get('continuation-token') ?? 0);
  const end = start + PAGE;
  const contents = keys
    .slice(start, end)
    .map((key) => `<Contents><Key>${key.replaceAll('&', '&amp;')}</Key></Contents>`);
  const next = `<NextContinuationToken>${end}</NextContinuationToken>`;
  res
    .writeHead(200, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0"?><ListBucketResult>${contents.join('')}` +
        `<IsTruncated>${end < keys.length}</IsTruncated>${end < keys.length ? next : ''}` +
        '</ListBucketResult>',
    );
}

/** A clock whose time passes only during its sleep. */
export function fakeClock() {
  let time = 0;
  const delays: number[] = [];
  return {
    delays,
    now: () => time,
    sleep: async (delayMs: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      delays.push(delayMs);
      time += delayMs;
    },
  };
}
