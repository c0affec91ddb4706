/** Promises of every remote store, under all failures of a network. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../../src/version/stores/open.ts';
import type { RetryNotice } from '../../../src/version/stores/retry.ts';
import type { RemoteStore } from '../../../src/version/stores/store.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { fakeClock, type ObjectServer, startObjectServer } from '../../support/object-server.ts';

const BYTES = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
const KEY = 'm/sha/model.onnx';
const ODD_KEY = 'm/sha/ümlaut 100% #1?&+.txt';

let server: ObjectServer;
beforeAll(async () => {
  const folder = temporaryFolder();
  for (const [key, bytes] of [
    [KEY, BYTES],
    [ODD_KEY, 'odd'],
    ['m/sha/empty.txt', ''],
    ['m/sha/a/b/c.txt', ''],
    ['m/sha/commit.json', ''],
    ['m/sha.tag', ''],
  ] as const) {
    mkdirSync(dirname(join(folder, 'p', key)), { recursive: true });
    writeFileSync(join(folder, 'p', key), bytes);
  }
  server = await startObjectServer(folder);
  vi.stubEnv('AWS_REGION', 'eu-test-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

describe.each([
  ['s3', () => 's3://bucket/p'],
  ['http', () => `${server.url}/bucket/p/`],
])('a store over %s', (kind, location) => {
  let clock: ReturnType<typeof fakeClock>;
  let notices: RetryNotice[];
  let store: RemoteStore;

  function open(timeoutMs = 60_000, signal?: AbortSignal): RemoteStore {
    clock = fakeClock();
    notices = [];
    const onRetry = (notice: RetryNotice) => void notices.push(notice);
    return openStore(location(), { timeoutMs, clock, onRetry, signal }) as RemoteStore;
  }
  beforeEach(() => {
    server.requests.length = 0;
    server.fault(`p/${KEY}`, []);
    store = open();
  });

  /** Downloads the file and compares it. */
  async function download(): Promise<string> {
    const chunks: Uint8Array[] = [];
    const how = await store.download(KEY, BYTES.byteLength, async (chunk) => {
      chunks.push(chunk);
    });
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    return how;
  }

  test('reads and downloads the stored bytes, under any name', async () => {
    expect((await store.read(KEY, BYTES.byteLength)).equals(BYTES)).toBe(true);
    expect((await store.read(ODD_KEY, 3)).toString()).toBe('odd');
    expect(await store.read('m/sha/empty.txt', 10)).toHaveLength(0);
    expect(await download()).toBe('whole');
    expect(notices).toEqual([]);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])(
    'repeats the request after a %i',
    async (status) => {
      server.fault(`p/${KEY}`, [
        { kind: 'status', status },
        { kind: 'status', status },
      ]);
      expect(await download()).toBe('whole');
      expect(notices.map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(notices[0]?.error.message).toContain(String(status));
    },
  );

  test('continues behind the last byte whenever the connection breaks', async () => {
    server.fault(`p/${KEY}`, [
      { kind: 'break', after: 70_000 },
      { kind: 'status', status: 503 },
      { kind: 'break', after: 1 },
    ]);
    expect(await download()).toBe('resumed');
    const [first, ...resumed] = server.requests;
    expect(first).toBe(`p/${KEY}`);
    for (const request of resumed) {
      expect(request).toMatch(/ from \d+$/);
    }
  });

  test('continues after a stall', async () => {
    // A connection without data is closed after the timeout, where that is shorter.
    store = open(100);
    server.fault(`p/${KEY}`, [{ kind: 'stall', after: 10 }]);
    expect(await download()).toBe('resumed');
    expect(notices[0]?.error.message).toMatch(/no data arrived for 100 ms|ETIMEDOUT/);
  });

  test('has the right bytes where the server does not support ranges', async () => {
    server.fault(`p/${KEY}`, [{ kind: 'break', after: 70_000 }, { kind: 'whole' }]);
    expect(await download()).toBe('resumed');
  });

  test.each([
    ['longer', BYTES.byteLength - 1, 'larger than expected: at most 199999 bytes, found 200000'],
    ['shorter', BYTES.byteLength + 1, 'smaller than expected: at least 200001 bytes, found 200000'],
  ])('refuses a file that is %s than expected before its first byte', async (_, size, message) => {
    let chunks = 0;
    const sink = async () => void chunks++;
    await expect(store.download(KEY, size, sink)).rejects.toMatchObject({
      code: 'not-proven',
      message: expect.stringContaining(message),
    });
    expect([chunks, server.requests.length]).toEqual([0, 1]);
  });

  test('never reads a file that is larger than allowed', async () => {
    await expect(store.read(KEY, 1000)).rejects.toThrow('larger than expected: at most 1000 bytes');
  });

  test.each([
    [404, 'NoSuchKey', 'not-found'],
    [403, 'AccessDenied', 'access-denied'],
    [400, 'InvalidRequest', 'store-refused'],
    [418, 'Teapot', 'store-refused'],
    [501, 'NotImplemented', 'store-refused'],
  ])('does not repeat the request after a %i (%s)', async (status, errorCode, code) => {
    server.fault(`p/${KEY}`, [{ kind: 'status', status, code: errorCode }]);
    await expect(store.read(KEY, 1e6)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(KEY),
    });
    expect([server.requests.length, notices.length]).toEqual([1, 0]);
  });

  test('fails at the deadline, with the last cause', async () => {
    server.fault(`p/${KEY}`, [{ kind: 'status', status: 503 }], true);
    await expect(store.read(KEY, 1e6)).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/503.*\(tried \d+ times, until 60000 ms were over\)/),
    });
    expect(clock.now()).toBe(60_000);
    const bounds = clock.delays.map((_, index) => Math.min(250 * 2 ** index, 10_000));
    for (const [index, delay] of clock.delays.entries()) {
      expect(delay).toBeLessThanOrEqual(bounds[index]!);
    }
    expect(server.requests).toHaveLength(clock.delays.length + 1);
  });

  test('is retried after a long transfer that was interrupted at its end', async () => {
    store = open(1000);
    const chunks: Uint8Array[] = [];
    server.fault(`p/${KEY}`, [
      { kind: 'break', after: 199_999 },
      { kind: 'status', status: 503 },
    ]);
    await store.download(KEY, BYTES.byteLength, async (chunk) => {
      chunks.push(chunk);
      // Each chunk takes as long as the store may not respond.
      await clock.sleep(1000);
    });
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    expect(notices).toHaveLength(2);
  });

  test('names the address that can’t be reached', async () => {
    const gone = await startObjectServer(temporaryFolder());
    await gone.close();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', gone.url);
    const away = openStore(kind === 's3' ? 's3://bucket/p' : gone.url, {
      timeoutMs: 1000,
      clock,
    });
    const error = await away.read(KEY, 1e6).catch((thrown: unknown) => thrown);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    expect(error).toMatchObject({ code: 'store-unavailable' });
    expect((error as Error).message).toContain(new URL(gone.url).host);
    expect((error as Error).message).toContain('ECONNREFUSED (tried ');
  });

  test('stops when its signal is aborted', async () => {
    const controller = new AbortController();
    store = open(60_000, controller.signal);
    server.fault(`p/${KEY}`, [{ kind: 'stall', after: 10 }]);
    const reading = store.download(KEY, BYTES.byteLength, async () =>
      controller.abort(new Error('enough')),
    );
    await expect(reading).rejects.toThrow('enough');
    expect(notices).toEqual([]);
  });

  test('an error of the sink is not taken for one of the network', async () => {
    const reading = store.download(KEY, BYTES.byteLength, async () => {
      throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    });
    await expect(reading).rejects.toThrow('disk full');
    expect(server.requests).toHaveLength(1);
  });
});

test('S3 lists all pages, below one folder only', async () => {
  const paths = await openStore('s3://bucket/p').list?.('m/sha');
  expect(paths?.sort()).toEqual(
    ['a/b/c.txt', 'commit.json', 'empty.txt', 'model.onnx', 'ümlaut 100% #1?&+.txt'].sort(),
  );
});
