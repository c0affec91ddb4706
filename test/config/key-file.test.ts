/** API_KEYS_FILE: what it may have, and that no message shows a key. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readApiKeys } from '../../src/config/key-file.ts';
import { temporaryFolder } from '../support/git-version.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function written(text: string): string {
  const path = join(temporaryFolder(), 'keys');
  writeFileSync(path, text);
  return path;
}

test('one key in a line, beside those of API_KEYS', async () => {
  const digest = sha256('third-key');
  const apiKeysFile = written(
    `# Keys of May\n\nshop:first-key\r\n  second-key  # of nobody\nweb:sha256:${digest}\nshop:fourth#key`,
  );
  const apiKeys = [{ name: 'own', digest: sha256('own-key-1') }];
  expect(await readApiKeys({ apiKeys, apiKeysFile })).toEqual([
    ...apiKeys,
    { name: 'shop', digest: sha256('first-key') },
    { name: 'line-4', digest: sha256('second-key') },
    { name: 'web', digest },
    { name: 'shop', digest: sha256('fourth#key') },
  ]);
});

describe('the message of a bad file names the line, never the key', () => {
  test.each<[string, string]>([
    ['shop:good-key-1\nweb:short', ', line 2: expected keys of 8 characters or more'],
    ['my key', ', line 1: expected keys of printable ASCII characters without spaces'],
    ['a b:long-enough', ', line 1: expected names of letters, digits, ".", "_" and "-"'],
    ['shop:sha256:12', ', line 1: expected 64 hexadecimal digits in lower case behind sha256:'],
    ['# nothing\n\n', ': expected at least one key, found none'],
    ['', ': expected at least one key, found none'],
    ['key-number-1\n'.repeat(1_001), ': expected at most 1000 keys, found 1001'],
    ['#'.repeat(1024 ** 2 + 1), ': expected at most 1048576 bytes, found 1048577'],
  ])('%.40j', async (text, message) => {
    const apiKeysFile = written(text);
    await expect(readApiKeys({ apiKeys: [], apiKeysFile })).rejects.toMatchObject({
      code: 'bad-setting',
      message: `API_KEYS_FILE: ${apiKeysFile}${message}`,
    });
  });

  test('a file without an end is not read', async () => {
    const reading = readApiKeys({ apiKeys: [], apiKeysFile: '/dev/zero' });
    await expect(reading).rejects.toThrow('API_KEYS_FILE: /dev/zero: expected a regular file');
  });

  test('a file that does not exist', async () => {
    const reading = readApiKeys({ apiKeys: [], apiKeysFile: '/nowhere/keys' });
    await expect(reading).rejects.toThrow('API_KEYS_FILE: /nowhere/keys does not exist');
  });
});
