import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, flagOf, readConfig } from '../../src/config/config.ts';
import type { RateLimits } from '../../src/config/rate-schema.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/git-version.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('without any setting, each has its documented default', () => {
  expect(readConfig({}, {})).toMatchObject({
    host: undefined,
    port: 8080,
    modelStore: 'models',
    modelName: 'tweet-sentiment',
    modelCommit: undefined,
    queueCapacity: 4096,
    requestTimeoutMs: 10_000,
    maxInputs: 64,
    maxChars: 10_000,
    logInput: 'masked',
    apiKeys: [],
  });
});

test('a flag overrides its variable, and an empty variable counts as unset', () => {
  expect(readConfig({ port: '1' }, { PORT: '2', HOST: '::1', MODEL_COMMIT: '' })).toMatchObject({
    port: 1,
    host: '::1',
    modelCommit: undefined,
  });
});

test('keys are separated by commas, with or without spaces', () => {
  expect(readConfig({}, { API_KEYS: 'first-key, web:second-key,\n' }).apiKeys).toEqual([
    { name: 'key-1', digest: sha256('first-key') },
    { name: 'web', digest: sha256('second-key') },
  ]);
  expect(readConfig({}, { API_KEYS: '' }).apiKeys).toEqual([]);
});

test.each<[Record<string, string>, object]>([
  [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
  [{ TRUST_PROXY: '10.0.0.0/8, loopback,::1' }, { trustProxy: ['10.0.0.0/8', 'loopback', '::1'] }],
  [{}, { trustProxy: undefined, corsOrigins: [] }],
  [{ CORS_ORIGINS: '*' }, { corsOrigins: ['*'] }],
  [
    { CORS_ORIGINS: 'https://app.example.com, http://localhost:3000' },
    { corsOrigins: ['https://app.example.com', 'http://localhost:3000'] },
  ],
])('%j is %j', (env, expected) => {
  expect(readConfig({}, env)).toMatchObject(expected);
});

test('keys and tokens may be given by their digests; the configuration has nothing else of them', () => {
  const digest = sha256('first-key');
  const env = {
    API_KEYS: `shop:sha256:${digest},sha256:${digest}`,
    ADMIN_TOKEN: `ann:sha256:${digest},sixteen-characters`,
  };
  expect(readConfig({}, env)).toMatchObject({
    apiKeys: [
      { name: 'shop', digest },
      { name: 'key-2', digest },
    ],
    adminToken: [
      { name: 'ann', digest },
      { name: 'admin', digest: sha256('sixteen-characters') },
    ],
  });
  expect(JSON.stringify(readConfig({}, env))).not.toContain('sixteen');
});

test.each<[string, RateLimits]>([
  ['100/s', { everyone: { texts: 100, seconds: 1 }, clients: {} }],
  ['6000/min', { everyone: { texts: 6000, seconds: 60 }, clients: {} }],
  [
    'shop=200/s, 1/h,a.b-c_d=5/min',
    {
      everyone: { texts: 1, seconds: 3600 },
      clients: { shop: { texts: 200, seconds: 1 }, 'a.b-c_d': { texts: 5, seconds: 60 } },
    },
  ],
  ['shop=200/s', { everyone: undefined, clients: { shop: { texts: 200, seconds: 1 } } }],
])('RATE_LIMIT %s', (text, expected) => {
  expect(readConfig({}, { RATE_LIMIT: text }).rateLimit).toEqual(expected);
});

test('the configuration is frozen', () => {
  expect(Object.isFrozen(readConfig({}, {}))).toBe(true);
});

describe('the message of a bad setting names it, the expected and the found value', () => {
  test.each<[Record<string, string>, string]>([
    [{ PORT: 'http' }, 'PORT: expected an integer from 0 to 65535, found "http"'],
    [{ PORT: '65536' }, 'PORT: expected an integer from 0 to 65535, found "65536"'],
    [{ PORT: '-1' }, 'PORT: expected an integer from 0 to 65535, found "-1"'],
    [{ PORT: '80.5' }, 'PORT: expected an integer from 0 to 65535, found "80.5"'],
    [
      { PROMETHEUS_URL: 'ftp://me:secret@host/@x' },
      'PROMETHEUS_URL: expected an address with http:// or https://, found "ftp://…@host/@x"',
    ],
    [{ WORKERS: '0' }, 'WORKERS: expected an integer from 1 to 256, found "0"'],
    [{ MAX_BODY: '1mb' }, 'MAX_BODY: expected an integer from 1 to 1073741824, found "1mb"'],
    [
      { MODEL_NAME: '../x' },
      'MODEL_NAME: expected letters, digits, ".", "_" and "-" only, found "../x"',
    ],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: expected one of error, warn, info, debug, found "loud"'],
    [{ LOG_INPUT: 'all' }, 'LOG_INPUT: expected one of masked, full, hash, none, found "all"'],
    ...['0', '17', '-1', '1.5', 'true', '10.0.0.0/40', '1,10.0.0.1', ' , '].map(
      (found): [Record<string, string>, string] => [
        { TRUST_PROXY: found },
        `TRUST_PROXY: expected a number of proxies from 1 to 16, or addresses and subnets such as 10.0.0.0/8, found ${JSON.stringify(found)}`,
      ],
    ),
    ...[
      ...['app.example.com', 'https://app.example.com/', 'https://APP.example.com', 'null'],
      ...['https://a.example,*', 'https://*.example.com', 'ftp://a.example'],
    ].map((found): [Record<string, string>, string] => [
      { CORS_ORIGINS: found },
      `CORS_ORIGINS: expected origins without a path, such as https://app.example.com or http://localhost:3000, or * alone, found ${JSON.stringify(found)}`,
    ]),
    [
      { KEEP_ALIVE_TIMEOUT_MS: '0' },
      'KEEP_ALIVE_TIMEOUT_MS: expected an integer from 1000 to 3600000, found "0"',
    ],
    ...[
      ...['100', '0/s', '1.5/s', '-1/s', '100/day', '1/s,2/s', 'shop=1/s,shop=2/s', ' , '],
      ...['two words=1/s', '=1/s', '1/s;2/s', '10000000000/s'],
    ].map((found): [Record<string, string>, string] => [
      { RATE_LIMIT: found },
      `RATE_LIMIT: expected rates such as 100/s, 6000/min or 100000/h, each once for all or once for a key, as in 100/s,shop=200/s, found ${JSON.stringify(found)}`,
    ]),
    ...['shop:sha256:abc', 'sha256:abc', `shop:sha256:${'g'.repeat(64)}`].map(
      (keys): [Record<string, string>, string] => [
        { API_KEYS: keys },
        'API_KEYS: expected 64 hexadecimal digits in lower case behind sha256:',
      ],
    ),
    [{ API_KEYS: 'none:long-enough' }, 'API_KEYS: expected another name than none'],
    [{ API_KEYS: 'short' }, 'API_KEYS: expected keys of 8 characters or more'],
    [{ API_KEYS: 'long-enough,short' }, 'API_KEYS: expected keys of 8 characters or more'],
    [{ API_KEYS: 'a-name:short' }, 'API_KEYS: expected keys of 8 characters or more'],
    [{ API_KEYS: ':long-enough' }, 'API_KEYS: expected names of letters, digits, ".", "_" and "-"'],
    ...[',', ' ', '\n', ' , ,', '\t', '\u00a0', '\ufeff'].map(
      (keys): [Record<string, string>, string] => [
        { API_KEYS: keys },
        'API_KEYS: expected at least one key, found none: the server would be open to all',
      ],
    ),
    ...[
      'two words',
      'schlüssel',
      'long\u200benough',
      'long-enough,1234567\u0000',
      'пароль-пароль',
    ].map((keys): [Record<string, string>, string] => [
      { API_KEYS: keys },
      'API_KEYS: expected keys of printable ASCII characters without spaces',
    ]),
    [{ FEEDBACK_KEY: 'short' }, 'FEEDBACK_KEY: expected 16 characters or more'],
    ...[' '.repeat(16), 'sixteen characters\n', ' sixteen-characters'].map(
      (key): [Record<string, string>, string] => [
        { FEEDBACK_KEY: key },
        'FEEDBACK_KEY: expected no spaces or line breaks at its beginning or end',
      ],
    ),
    [
      { PORT: '9000', ADMIN_PORT: '9000' },
      'ADMIN_PORT: expected another port than PORT, found 9000',
    ],
    [{ ADMIN_TOKEN: 'short' }, 'ADMIN_TOKEN: expected tokens of 16 characters or more'],
    [
      { ADMIN_TOKEN: 'a b:sixteen-characters' },
      'ADMIN_TOKEN: expected names of letters, digits, ".", "_" and "-"',
    ],
    [{ QUEUE_CAPACITY: '10' }, 'QUEUE_CAPACITY: expected at least MAX_INPUTS (64), found 10'],
  ])('%j', (env, message) => {
    expect(() => readConfig({}, env)).toThrow(new ConfigError(message));
  });

  test('a bad flag is named as a flag', () => {
    expect(() => readConfig({ port: 'x' }, {})).toThrow('--port: expected');
  });

  test('all bad settings are reported together', () => {
    expect(() => readConfig({}, { PORT: 'x', WORKERS: 'y' })).toThrow(/PORT.*\nWORKERS/);
  });
});

test('every setting has a flag and a help text', () => {
  for (const { variable, doc } of Object.values(SETTINGS)) {
    expect(flagOf(variable)).toMatch(/^--[a-z-]+$/);
    expect(doc.length).toBeGreaterThan(10);
  }
});

describe('a secret in a file', () => {
  const written = (text: string | Buffer): string => {
    const path = join(temporaryFolder(), 'secret');
    writeFileSync(path, text);
    return path;
  };

  const pipe = (): string => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    return path;
  };

  test('each line has a token', () => {
    const path = written('ann:sixteen-characters\n\nsixteen-others-too\n');
    expect(readConfig({}, { ADMIN_TOKEN_FILE: path }).adminToken).toEqual([
      { name: 'ann', digest: sha256('sixteen-characters') },
      { name: 'admin', digest: sha256('sixteen-others-too') },
    ]);
  });

  test('a key is the one line of its file', () => {
    expect(readConfig({}, { FEEDBACK_KEY_FILE: written('sixteen-characters\n') }).feedbackKey).toBe(
      'sixteen-characters',
    );
    const key = 'sixteen, characters';
    expect(readConfig({}, { FEEDBACK_KEY_FILE: written(`${key}\r\n`) }).feedbackKey).toBe(key);
    const two = written('sixteen-characters\nsixteen-others-too\n');
    expect(() => readConfig({}, { FEEDBACK_KEY_FILE: two })).toThrow(
      `FEEDBACK_KEY_FILE: ${two}: expected one line, found 2`,
    );
  });

  test.each([
    [() => written(' \n'), 'expected a secret, found an empty file'],
    [() => written('x'.repeat(65_537)), 'expected at most 65536 bytes, found 65537'],
    [
      () => written(Buffer.from('sixteen-characters\n', 'utf16le')),
      'expected text in UTF-8, found other bytes',
    ],
    [
      () => written(Buffer.from('sixteen-characters\xff', 'latin1')),
      'expected text in UTF-8, found other bytes',
    ],
    [() => '/nowhere/secret', 'does not exist'],
    // None of them has an end: the server would wait for it.
    [() => pipe(), 'expected a regular file'],
    [() => '/dev/zero', 'expected a regular file'],
  ])('%#: %s', (path, message) => {
    const file = path();
    for (const variable of ['ADMIN_TOKEN', 'FEEDBACK_KEY']) {
      expect(() => readConfig({}, { [`${variable}_FILE`]: file })).toThrow(
        new RegExp(`^${variable}_FILE: ${file}.{1,2}${message}`),
      );
    }
  });

  test('both the variable and the file are refused, and what is too short is named by no value', () => {
    const path = written('short-secret');
    expect(() => readConfig({}, { ADMIN_TOKEN: 'x'.repeat(16), ADMIN_TOKEN_FILE: path })).toThrow(
      `ADMIN_TOKEN_FILE: expected it to be unset where ADMIN_TOKEN is set, found ${path}`,
    );
    expect(() => readConfig({}, { ADMIN_TOKEN_FILE: path })).toThrow(
      `ADMIN_TOKEN_FILE: ${path}: expected tokens of 16 characters or more`,
    );
    expect(() => readConfig({}, { FEEDBACK_KEY_FILE: path })).toThrow(
      `FEEDBACK_KEY_FILE: ${path}: expected 16 characters or more`,
    );
  });
});

test('a version is not compared with itself', () => {
  const commit = 'a'.repeat(40);
  expect(() => readConfig({}, { MODEL_COMMIT: commit, SHADOW_COMMIT: commit })).toThrow(
    `SHADOW_COMMIT: expected another version than MODEL_COMMIT, found ${commit}`,
  );
  expect(() => readConfig({}, { SHADOW_COMMIT: 'main' })).toThrow(
    'SHADOW_COMMIT: expected a full git commit SHA in lower case, found "main"',
  );
});
