import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/version/stores/open.ts';
import { openVersion, resolveCommit } from '../../src/version/version.ts';
import { temporaryFolder } from '../support/git-version.ts';

const MODEL = 'tweet-sentiment';

describe('which commit is served', () => {
  const sha = 'a'.repeat(40);
  const store = temporaryFolder();
  mkdirSync(join(store, MODEL));
  writeFileSync(join(store, MODEL, 'PINNED'), `${sha}\n`);

  test('the one in PINNED, unless another is requested', async () => {
    expect(await resolveCommit(openStore(store), MODEL)).toBe(sha);
    const other = 'b'.repeat(64);
    expect(await resolveCommit(openStore(store), MODEL, other)).toBe(other);
  });

  test.each(['main', 'v1.0.0', 'abc1234', 'A'.repeat(40), 'a'.repeat(41), `${sha} `, ''])(
    'never %j, which is not a full SHA',
    async (commit) => {
      await expect(resolveCommit(openStore(store), MODEL, commit)).rejects.toMatchObject({
        code: 'bad-reference',
        message: expect.stringContaining('must be a full commit SHA'),
      });
    },
  );

  test('a missing version is named in the error', async () => {
    await expect(openVersion(openStore(store), MODEL, sha)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(sha),
    });
  });

  test('a store of an unknown kind is refused', () => {
    expect(() => openStore('ftp://host/x')).toThrow('MODEL_STORE must be a folder');
  });
});
