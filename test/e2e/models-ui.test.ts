/** `models ui`: the page of the history, its data, whom it answers, how it ends. */
import { readdirSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  liveVersionsSchema,
  modelHistorySchema,
  versionChangesSchema,
} from '../../src/api/history.ts';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { HISTORY } from '../support/history.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT, runCommand, startCommand, startServer, type TestServer } from '../support/server.ts';

interface Ui {
  readonly url: string;
  stop(): Promise<{ code: number | null; stderr: string }>;
}

async function startUi(...args: string[]): Promise<Ui> {
  const { child, exited } = startCommand(['models', 'ui', '--port', '0', ...args]);
  const errors = text(child.stderr);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    child.once('exit', () => errors.then((message) => reject(new Error(message))));
  });
  return {
    url: new URL(url).origin,
    stop: async () => {
      child.kill('SIGINT');
      return { code: (await exited).code, stderr: await errors };
    },
  };
}

let server: TestServer;
let ui: Ui;
beforeAll(async () => {
  server = await startServer();
  ui = await startUi('--server', server.url, '--server', 'http://127.0.0.1:1/');
});
afterAll(async () => {
  await ui?.stop();
  await server?.stop();
});

const json = async (path: string): Promise<unknown> => (await fetch(`${ui.url}${path}`)).json();

test('the page needs nothing from elsewhere, and its files are there', async () => {
  const response = await fetch(`${ui.url}/`);
  expect([response.status, new URL(response.url).pathname]).toEqual([200, '/history']);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  const page = await response.text();
  expect(page).not.toMatch(/https?:/);
  const files = [...page.matchAll(/"(\/console\/[^"]+)"/g)].map(([, path]) => path as string);
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    expect((await fetch(`${ui.url}${file}`)).status, file).toBe(200);
  }
});

test('the history, where each version is live, and what a version changed', async () => {
  const { commits } = modelHistorySchema.parse(await json('/console/history'));
  expect(commits).toHaveLength(HISTORY.length);
  const { servers, hasConsole } = liveVersionsSchema.parse(await json('/console/history/live'));
  expect(hasConsole).toBe(false);
  expect(servers).toEqual([
    { name: new URL(server.url).host, commit: PINNED },
    { name: '127.0.0.1:1', problem: expect.stringContaining('not reachable') },
  ]);
  // With the bytes of both weights, their inputs are compared as well: nothing is left to note.
  const path = `/console/history/${MULTILINGUAL}/changes?since=${PINNED}`;
  const { diff } = versionChangesSchema.parse(await json(path));
  expect(diff.notes).toEqual([]);
  const weights = join(ROOT, 'models', MODEL, MULTILINGUAL, 'model.onnx');
  expect(diff.weights?.new).toBe(statSync(weights).size);
});

test.each([
  ['localhost', 200],
  ['127.0.0.1', 200],
  ['[::1]', 200],
  ['attacker.example', 403],
  ['127.0.0.1.attacker.example', 403],
])('a page of another site can not read it by a name of its own: %s', async (host, status) => {
  const { port } = new URL(ui.url);
  const found = await new Promise((resolve, reject) => {
    request(
      {
        ...{ host: '127.0.0.1', port, path: '/console/history' },
        headers: { host: `${host}:${port}` },
      },
      (response) => resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(found).toBe(status);
});

test('nothing but reading', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const response = await fetch(`${ui.url}/console/history/${PINNED}`, { method });
    expect([method, response.status]).toEqual([method, 405]);
  }
});

test('a repository of one’s own, without a store; Ctrl-C ends it', async () => {
  const repository = createRepository();
  repository.commit({ 'README.md': '# Nothing yet\n' }, 'Notes');
  const own = await startUi('--repository', repository.folder, '--model-store', repository.folder);
  const response = await fetch(`${own.url}/console/history`);
  const { commits, pins } = modelHistorySchema.parse(await response.json());
  expect(commits).toMatchObject([{ subject: 'Notes', isVersion: false }]);
  expect(pins).toEqual([]);
  const { code, stderr } = await own.stop();
  expect([code, stderr]).toEqual([0, 'Open this address in a browser. Ctrl-C ends the page.\n']);
});

test('a server that has read the history leaves no clone of the bundle behind', async () => {
  const folder = temporaryFolder();
  const reading = await startServer({ TMPDIR: folder });
  expect((await fetch(`${reading.url}/console/history`)).status).toBe(200);
  expect(readdirSync(folder)).toHaveLength(1);
  expect((await reading.stop()).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [['--port', 'x'], 'a TCP port'],
  [['--server', 'localhost'], 'expected an address such as http://localhost:8080'],
  [['--server', 'http://a:secret@localhost'], 'expected one without user and password'],
  [['--repository', '/nowhere'], '/nowhere does not exist'],
])('%j is refused with what is expected', async (args, message) => {
  const { code, stderr, stdout } = await runCommand(['models', 'ui', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('secret');
});

test('a port in use is named', async () => {
  const { port } = new URL(ui.url);
  const { code, stderr } = await runCommand(['models', 'ui', '--port', port]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`127.0.0.1:${port} is in use`)]);
});
