/** The program of `helm test` (deploy/helm), as the chart passes it to Node, against a real server. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

const PROGRAM = readFileSync(join(ROOT, 'deploy/helm/tweet-sentiment/files/predict.mjs'), 'utf8');
const digest = createHash('sha256').update('key-of-a-client').digest('hex');
const folder = temporaryFolder();
const keys = fileWith(
  'keys',
  `# clients\nshop:sha256:${digest}\nhelm:first-plain-key # for tests\n`,
);
const digests = fileWith('digests', `shop:sha256:${digest}\n`);

let open: TestServer;
let closed: TestServer;
beforeAll(async () => {
  [open, closed] = await Promise.all([startServer(), startServer({ API_KEYS_FILE: keys })]);
});
afterAll(() => Promise.all([open, closed].map((server) => server?.stop())));

function fileWith(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** @returns exit code and output. */
function helmTest(env: Record<string, string>): Promise<[number, string]> {
  const variables = { PATH: process.env.PATH, TEXT: 'What a lovely morning', ...env };
  return new Promise((resolve) => {
    const args = ['--input-type=module', '--eval', PROGRAM];
    const child = execFile(process.execPath, args, { env: variables }, (_error, stdout, stderr) =>
      resolve([child.exitCode ?? -1, stdout + stderr]),
    );
  });
}

test('a prediction of the version passes, with its label and SHA', async () => {
  expect(await helmTest({ SERVER_URL: open.url, MODEL_COMMIT: PINNED })).toEqual([
    0,
    expect.stringMatching(
      new RegExp(`^"What a lovely morning" is positive \\(0\\.\\d+\\), by ${PINNED}\n$`),
    ),
  ]);
});

test('another version fails, with what was expected and found', async () => {
  expect(await helmTest({ SERVER_URL: open.url, MODEL_COMMIT: MULTILINGUAL })).toEqual([
    1,
    `commit of /predict: expected ${MULTILINGUAL}, found ${PINNED}\n`,
  ]);
});

test('a server with keys is sent the first one of the Secret that is no digest', async () => {
  const env = { SERVER_URL: closed.url, MODEL_COMMIT: PINNED };
  expect((await helmTest({ ...env, API_KEYS_FILE: keys }))[0]).toBe(0);
  const [code, output] = await helmTest(env);
  expect([code, output]).toEqual([1, expect.stringContaining('expected 200, found 401')]);
});

test('where the Secret has digests only, the header has the SHA', async () => {
  const env = { SERVER_URL: closed.url, API_KEYS_FILE: digests };
  expect(await helmTest({ ...env, MODEL_COMMIT: PINNED })).toEqual([
    0,
    `No text was predicted: the Secret has no key, only digests. ${PINNED} serves.\n`,
  ]);
  expect(await helmTest({ ...env, MODEL_COMMIT: MULTILINGUAL })).toEqual([
    1,
    `x-model-commit of /predict: expected ${MULTILINGUAL}, found ${PINNED}\n`,
  ]);
  // That of an open server, where the keys are expected to be required.
  expect(await helmTest({ ...env, SERVER_URL: open.url, MODEL_COMMIT: PINNED })).toEqual([
    1,
    'status of /predict without a key: expected 401, found 200\n',
  ]);
});
