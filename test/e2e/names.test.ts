/** What `commit` accepts is a version for `gate`, `publish` and `serve`: names of files and of people. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { PLAIN_GIT } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

let repository: ModelRepository;
beforeEach(async () => {
  repository = await createModelRepository();
});

const gate = () =>
  runCommand(['models', 'gate', 'HEAD', '--repository', repository.folder], PLAIN_GIT);

describe('commit refuses what can not be listed:', () => {
  test.each([
    ['a line feed', 'code/a\nb.py'],
    ['a backslash', 'code/a\\b.py'],
    ['the name of the listing', 'commit.json'],
    ['a path of more than 1024 characters', `code/${`${'d'.repeat(200)}/`.repeat(6)}x.py`],
  ])('%s', async (_name, path) => {
    repository.write(path, '');
    repository.train();
    const { code, stderr } = await repository.commitVersion();
    expect(stderr).toContain(`found ${JSON.stringify(path)}`);
    expect(code).toBe(1);
  });

  test('a name that is not UTF-8', async () => {
    const folder = Buffer.from(`${repository.folder}/code/a`);
    writeFileSync(Buffer.concat([folder, Buffer.from([0xff])]), '');
    const { code, stderr } = await repository.commitVersion();
    expect(stderr).toContain('expected paths in UTF-8');
    expect(code).toBe(1);
  });
});

test('what commit accepts passes the gate: quotes, forms and cases of letters, an author in Latin-1', async () => {
  for (const name of ['a"b\'c é', '\u00e9', 'e\u0301', 'A', 'a', 'code/commit.json']) {
    repository.write(`lib/${name}`, '');
  }
  repository.train();
  const settings = Buffer.from(
    '[user]\n\tname = J\xf6rg\n[i18n]\n\tcommitEncoding = ISO-8859-1\n',
    'latin1',
  );
  writeFileSync(join(repository.folder, '.git/config'), settings, { flag: 'a' });
  const committed = await repository.commitVersion();
  expect([committed.stderr, committed.code]).toEqual(['', 0]);
  const { stdout, code } = await gate();
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^ok {4}trained from its ingredients/)]);
});
