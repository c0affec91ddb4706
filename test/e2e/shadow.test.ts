/** `shadow`: the candidate of a real server, as a person and a program see it. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ShadowStatus } from '../../src/api/admin.ts';
import { ADMIN_TOKEN, adminOf, startAdminServer } from '../support/admin.ts';
import { MULTILINGUAL, MULTILINGUAL_TAG, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startAdminServer();
});
afterAll(() => server?.stop());

const shadow = (token: string, ...args: string[]) =>
  runCommand(['shadow', ...args], { ADMIN_TOKEN: token });
const url = () => ['--server', server.url];

test('without a candidate it reports that, then it prints how the candidate compares', async () => {
  const before = await shadow(ADMIN_TOKEN, ...url());
  expect(before.code).toBe(2);
  expect(before.stderr).toBe(
    'tweet-sentiment: no candidate is loaded: PUT /admin/shadow loads one\n',
  );

  const admin = adminOf(server.url);
  await admin.change('PUT /admin/shadow', { commit: MULTILINGUAL, share: 1 });
  const inputs = ['I love this so much', 'Ich hasse das, es ist furchtbar', 'Das ist wunderbar'];
  expect((await server.predict({ inputs })).status).toBe(200);
  await vi.waitFor(async () => expect((await admin.shadow()).body.verdict.all.texts).toBe(3), {
    timeout: 60_000,
  });

  const text = await shadow(`tester:${ADMIN_TOKEN}`, ...url());
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain(`${MULTILINGUAL_TAG} beside ${PINNED_TAG}\n`);
  expect(text.stdout).toContain(`serves     ${PINNED}\n`);
  expect(text.stdout).toMatch(
    new RegExp(`${MULTILINGUAL_TAG} disagrees with ${PINNED_TAG} on [\\d.]+ % of 3 texts\\.`),
  );
  expect(text.stdout).toMatch(/^German +2 .+ -$/m);
  expect(text.stdout).toMatch(/^all +3 /m);
  expect(text.stdout).not.toContain('\u001b');

  const json = await shadow(ADMIN_TOKEN, `${url().join('=')}/`, '--json');
  const status = JSON.parse(json.stdout) as ShadowStatus;
  expect(status.verdict).toEqual((await admin.shadow()).body.verdict);
});

test('a wrong token, a server without /admin, and none at all are reported in words', async () => {
  const other = await startServer();
  try {
    const cases: readonly [string, string, string][] = [
      ['another-token-0123456789', server.url, 'the server does not know the token of ADMIN_TOKEN'],
      [ADMIN_TOKEN, other.url, 'the server has no /admin there: its ADMIN_TOKEN is not set'],
      [ADMIN_TOKEN, 'http://127.0.0.1:9', "http://127.0.0.1:9/admin/shadow can't be reached"],
    ];
    for (const [token, address, message] of cases) {
      const { code, stdout, stderr } = await shadow(token, '--server', address);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`tweet-sentiment: ${message}`);
    }
  } finally {
    await other.stop();
  }
});

test.each([
  ['', [], 'error: set ADMIN_TOKEN to the admin token of the server'],
  ['short', [], 'error: ADMIN_TOKEN: expected tokens of 16 characters or more'],
  [ADMIN_TOKEN, ['--server', 'localhost'], 'expected an address such as http://localhost:8080'],
])('wrong usage: ADMIN_TOKEN=%s %j', async (token, args, message) => {
  const { code, stdout, stderr } = await shadow(token, ...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});
