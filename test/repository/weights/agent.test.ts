import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { runAgent } from '../../../src/repository/weights/agent.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import type { Store } from '../../../src/version/stores/store.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { objectIn, oidOf, writeObject } from './clone.ts';

const BYTES = Buffer.from('weights');
const OID = oidOf(BYTES);
const object = { oid: OID, size: BYTES.byteLength };
const TERMINATE = { event: 'terminate' };

let remote: string;
let folder: string;
let remotes: string[];
beforeEach(() => {
  remote = temporaryFolder();
  folder = temporaryFolder();
  remotes = [];
});

/** @returns the answers to the requests, in order. */
async function converse(requests: readonly (object | string)[], store?: Store) {
  const lines: string[] = [];
  const input = Readable.from(
    requests.map((each) => `${typeof each === 'string' ? each : JSON.stringify(each)}\n`),
  );
  await runAgent({
    input,
    folder,
    write: (line) => lines.push(line),
    openRemote: async (name) => {
      remotes.push(name);
      return store ?? createFolderStore(remote);
    },
  });
  return lines.map((line) => {
    expect(line).toMatch(/^\{.*\}\n$/);
    return JSON.parse(line);
  });
}

const init = (operation: string) => ({
  ...{ event: 'init', operation, remote: 'origin', concurrent: false, concurrenttransfers: 1 },
});

test('uploads: answered with the object’s id', async () => {
  const path = join(folder, 'weights');
  writeFileSync(path, BYTES);
  const upload = { event: 'upload', ...object, path, action: null };
  expect(await converse([init('upload'), upload, upload, TERMINATE])).toEqual([
    {},
    { event: 'progress', oid: OID, bytesSoFar: 7, bytesSinceLast: 7 },
    { event: 'complete', oid: OID },
    { event: 'progress', oid: OID, bytesSoFar: 7, bytesSinceLast: 7 },
    { event: 'complete', oid: OID },
  ]);
  expect(readFileSync(objectIn(remote, BYTES)).equals(BYTES)).toBe(true);
  expect(remotes).toEqual(['origin']);
});

test('downloads: answered with a file that git-lfs moves away', async () => {
  writeObject(remote, BYTES);
  const answers = await converse([init('download'), { event: 'download', ...object }, TERMINATE]);
  const { path, ...complete } = answers[2];
  expect(complete).toEqual({ event: 'complete', oid: OID });
  expect(readFileSync(path).equals(BYTES)).toBe(true);
});

test('a transfer that fails has its reason, and the next one is made', async () => {
  writeObject(remote, BYTES);
  const lost = { event: 'download', oid: 'a'.repeat(64), size: 3 };
  const answers = await converse([
    ...[init('download'), lost, { event: 'download', ...object }, TERMINATE],
  ]);
  expect(answers[1]).toMatchObject({
    ...{ event: 'complete', oid: lost.oid },
    error: { code: 1, message: expect.stringContaining('does not exist') },
  });
  expect(answers.at(-1)).toMatchObject({ event: 'complete', oid: OID });
});

test.each(['upload', 'download'])(
  '%s without a remote is answered with the reason',
  async (event) => {
    const answers = await converse([{ event, ...object, path: '/dev/null' }, TERMINATE]);
    expect(answers).toEqual([
      {
        event: 'complete',
        oid: OID,
        error: { code: 1, message: expect.stringMatching(/^no remote/) },
      },
    ]);
  },
);

test('a request of another kind is named with those that are known', async () => {
  await expect(converse([init('download'), { event: 'pause' }])).rejects.toThrow(
    'event: expected init, upload, download or terminate, found "pause"',
  );
});

test('what is not the object is not uploaded', async () => {
  const path = join(folder, 'weights');
  writeFileSync(path, 'another');
  const answers = await converse([init('upload'), { event: 'upload', ...object, path }, TERMINATE]);
  expect(answers[1].error.message).toContain(`sha256: expected ${OID}`);
  expect(existsSync(objectIn(remote, BYTES))).toBe(false);
});

test('a remote that can only be read from refuses uploads at once', async () => {
  const readOnly: Store = { location: 'https://host', read: createFolderStore(remote).read };
  const [answer] = await converse([init('upload'), TERMINATE], readOnly);
  expect(answer.error.message).toContain('https://host can only be read from');
});

test.each(['{', '[]', '{"event":"download","oid":"../x","size":1}'])(
  'a line that is no request ends it: %s',
  async (line) => {
    await expect(converse([init('download'), line])).rejects.toMatchObject({ code: 'tool-failed' });
  },
);
