/** A bad setting ends the start: one line that names it, no stack trace, exit code 2. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { runCommand } from '../support/server.ts';

type Settings = Record<string, string>;

const SEVERAL: Settings = { PROCESSES: '2', WORKERS: '2' };
const NO_KEY = 'API_KEYS: expected at least one key, found none: the server would be open to all';

async function refusalOf(settings: Settings): Promise<string> {
  const { code, signal, stderr } = await runCommand(['serve'], settings);
  expect({ code, signal }).toEqual({ code: 2, signal: null });
  const [, message = ''] = /^tweet-sentiment: (.*)\n$/.exec(stderr) ?? [];
  return message || stderr;
}

test.each<[Settings, string]>([
  [{ PORT: 'eighty' }, 'PORT: expected an integer from 0 to 65535, found "eighty"'],
  [{ API_KEYS: ',' }, NO_KEY],
  [{ API_KEYS: ' ' }, NO_KEY],
  [{ API_KEYS: '\n' }, NO_KEY],
  [
    { API_KEYS: 'schlüssel' },
    'API_KEYS: expected keys of printable ASCII characters without spaces',
  ],
  [
    { FEEDBACK_KEY: ' '.repeat(20) },
    'FEEDBACK_KEY: expected no spaces or line breaks at its beginning or end',
  ],
  [{ HOST: '192.0.2.1' }, 'HOST: 192.0.2.1 is not an address of this machine (EADDRNOTAVAIL)'],
  [
    { ...SEVERAL, HOST: '192.0.2.1' },
    'HOST: 192.0.2.1 is not an address of this machine (EADDRNOTAVAIL)',
  ],
  [{ LOG_FILE: 'src' }, "LOG_FILE src can't be opened: src is a folder: expected a file"],
  [
    { LOG_FILE: 'package.json/log' },
    "LOG_FILE package.json/log can't be opened: package.json is not a folder",
  ],
  [
    { ...SEVERAL, LOG_FILE: 'package.json/log' },
    "LOG_FILE package.json/log can't be opened: package.json is not a folder",
  ],
  [
    { MODEL_STORE: 'ftp://host' },
    'MODEL_STORE must be a folder, s3://bucket/prefix or https://host/prefix, found "ftp://host"',
  ],
  [
    { MODEL_STORE: 'http://192.0.2.1/x' },
    'MODEL_STORE: http:// is only for this machine (localhost), found 192.0.2.1: use https://',
  ],
])('%j', async (settings, message) => {
  expect(await refusalOf(settings)).toBe(message);
});

test.runIf(process.platform === 'linux')(
  'a log file in a folder that can’t be created',
  async () => {
    // `mkdir` of Node never returns for it.
    expect(await refusalOf({ LOG_FILE: '/proc/none/log' })).toMatch(
      /^LOG_FILE \/proc\/none\/log can't be opened: \/proc\/none /,
    );
  },
);

test.each([{}, SEVERAL])('a host that can’t be resolved, %j', async (settings) => {
  // The code depends on the resolver.
  expect(await refusalOf({ ...settings, HOST: 'nowhere.invalid' })).toMatch(
    /^HOST: nowhere\.invalid can't be resolved/,
  );
});

test.each([{}, SEVERAL, { ADMIN_PORT: '0' }])('a port that is in use, %j', async (settings) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  expect(await refusalOf({ ...settings, PORT: `${port}` })).toBe(
    `PORT: 127.0.0.1:${port} is in use by another process (EADDRINUSE)`,
  );
  other.close();
});

test('a store that redirects in a circle', async () => {
  const store = createServer(({ url }, response) =>
    response.writeHead(302, { location: url }).end(),
  ).listen(0, '127.0.0.1');
  await once(store, 'listening');
  const base = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
  expect(await refusalOf({ MODEL_STORE: base })).toBe(
    `${base}/tweet-sentiment/PINNED (MODEL_STORE): expected at most 5 redirects, found more`,
  );
  store.close();
});
