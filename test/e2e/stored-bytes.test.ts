/** `commit` checks the bytes that git stores, whatever it converts on their way from the working tree. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../src/artifacts/digests.ts';
import { PLAIN_GIT } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { runCommand } from '../support/server.ts';

let repository: ModelRepository;
beforeEach(async () => {
  repository = await createModelRepository();
});

/** An ingredient as an editor of Windows writes it. */
function writeWithCrLf(): void {
  const path = 'code/train.py';
  repository.write(path, repository.read(path).replaceAll('\n', '\r\n'));
  repository.train();
}

const gate = () =>
  runCommand(['models', 'gate', 'HEAD', '--repository', repository.folder], PLAIN_GIT);

test.each<[string, () => void]>([
  [
    'text=auto',
    () =>
      repository.write(
        '.gitattributes',
        `* text=auto\n${repository.read('.gitattributes').replace('* -text\n', '')}`,
      ),
  ],
  [
    'core.autocrlf',
    () => {
      repository.write(
        '.gitattributes',
        repository.read('.gitattributes').replace('* -text\n', ''),
      );
      repository.git('config', 'core.autocrlf', 'true');
    },
  ],
])(
  'with %s, a file that git stores otherwise than it was trained from is refused',
  async (_name, configure) => {
    configure();
    writeWithCrLf();
    const { code, stdout, stderr } = await repository.commitVersion();
    expect(stderr).toContain('to be retrained: ');
    expect([code, stdout]).toEqual([1, '']);
    // `models lineage` has the digests of what git stores.
    const { stdout: record } = await runCommand(
      ['models', 'lineage', repository.folder],
      PLAIN_GIT,
    );
    repository.edit('metrics.json', (metrics) =>
      Object.assign(metrics, { trained_from: JSON.parse(record) }),
    );
    const committed = await repository.commitVersion();
    expect([committed.stderr, committed.code]).toEqual(['', 0]);
    expect((await gate()).stdout).toMatch(/^ok {4}trained from its ingredients/);
  },
);

test('with the attributes of `models init`, git stores the bytes as they are', async () => {
  repository.git('config', 'core.autocrlf', 'true');
  writeWithCrLf();
  const { code, stderr } = await repository.commitVersion();
  expect([code, stderr]).toEqual([0, '']);
  expect(repository.git('cat-file', 'blob', 'HEAD:code/train.py')).toContain('\r\n');
  rmSync(join(repository.folder, 'code/train.py'));
  repository.git('checkout', '--', 'code/train.py');
  expect(repository.git('status', '--porcelain')).toBe('');
  expect((await gate()).stdout).toMatch(/^ok {4}trained from its ingredients/);
});

test('weights that were staged without git-lfs are refused', async () => {
  repository.git('-c', 'filter.lfs.clean=cat', 'add', '--all');
  const { code, stderr } = await repository.commitVersion();
  expect(stderr).toMatch(
    /^tweet-sentiment: model\.onnx: expected a git-lfs pointer in git, found its \d+ bytes: .*`git rm --cached model\.onnx`/,
  );
  expect(code).toBe(1);
  repository.git('rm', '--quiet', '--cached', 'model.onnx');
  expect((await repository.commitVersion()).code).toBe(0);
});

test('a refused commit leaves the index as it was', async () => {
  repository.git('add', 'README.md');
  const before = repository.git('ls-files', '--stage');
  repository.write('code/new.py', '');
  expect((await repository.commitVersion()).code).toBe(1);
  expect(repository.git('ls-files', '--stage')).toBe(before);
});

test('files that a hook adds to the commit are reported', async () => {
  repository.write(
    '.git/hooks/pre-commit',
    '#!/bin/sh\necho late > code/late.py\ngit add code/late.py\n',
  );
  chmodSync(join(repository.folder, '.git/hooks/pre-commit'), 0o755);
  const { code, stderr } = await repository.commitVersion();
  expect(stderr).toContain('a hook changed the files of commit');
  expect(code).toBe(1);
});

test('`models lineage --files` has the digest of each ingredient', async () => {
  const lineage = async (...flags: string[]): Promise<Record<string, unknown>> => {
    const args = ['models', 'lineage', repository.folder, ...flags];
    const { stdout } = await runCommand(args, PLAIN_GIT);
    return JSON.parse(stdout);
  };
  const { files, ...record } = await lineage('--files');
  expect(record).toEqual(await lineage());
  const code = sha256(Buffer.from(repository.read('code/train.py')));
  expect(files).toMatchObject({
    'code/train.py': code,
    'hyperparameters.json': expect.any(String),
  });
  expect(files).not.toHaveProperty(['model.onnx']);
  expect(files).not.toHaveProperty(['README.md']);
});
