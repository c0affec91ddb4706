import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commitVersion } from '../../src/repository/commit.ts';
import { openRepository } from '../../src/repository/git.ts';
import { createRepositoryStore } from '../../src/repository/store.ts';
import { lfsPointer } from '../../src/version/git-objects.ts';
import { openStore } from '../../src/version/stores/open.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import {
  createModelRepository,
  type ModelRepository,
  remove,
} from '../support/model-repository.ts';
import { MAIN, runCommand } from '../support/server.ts';

describe('models commit', () => {
  let repository: ModelRepository;
  let sha: string;
  beforeAll(async () => {
    repository = await createModelRepository();
    const { code, stdout, stderr } = await repository.commitVersion('Subject\n\nBody.');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    sha = stdout.trim();
  });

  test('prints the SHA of a commit with that message, and leaves nothing to commit', () => {
    expect(sha).toBe(repository.git('rev-parse', 'HEAD').trim());
    expect(repository.git('log', '-1', '--format=%B').trim()).toBe('Subject\n\nBody.');
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  test('leaves a pointer in git and the weights in the lfs folder', () => {
    const weights = readFileSync(join(repository.folder, 'model.onnx'));
    const pointer = repository.git('cat-file', 'blob', `${sha}:model.onnx`);
    const oid = /oid sha256:(\w+)/.exec(pointer)?.[1] as string;
    expect(Buffer.from(pointer)).toEqual(lfsPointer(oid, weights.byteLength));
    const kept = join('.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid);
    expect(readFileSync(join(repository.folder, kept)).equals(weights)).toBe(true);
  });

  test('makes a version that is proven from its SHA', async () => {
    const store = createRepositoryStore(
      await openRepository(repository.folder),
      openStore(temporaryFolder()),
    );
    const version = await openVersion(store, 'tweet-sentiment', sha);
    const files = await readVersion(store, version);
    const weights = readFileSync(join(repository.folder, 'model.onnx'));
    expect(files.get('model.onnx')?.equals(weights)).toBe(true);
  });

  test('prints the SHA as JSON with --json', async () => {
    repository.write('README.md', 'Changed\n');
    const args = ['--data', repository.data, '--repository', repository.folder, '--json'];
    const { stdout } = await runCommand(['models', 'commit', '-m', 'Card', ...args], PLAIN_GIT);
    expect(JSON.parse(stdout)).toEqual({ commit: repository.git('rev-parse', 'HEAD').trim() });
    repository.git('reset', '--quiet', '--hard', sha);
  });

  test('restores the weights after a branch without them was checked out', () => {
    const before = readFileSync(join(repository.folder, 'model.onnx'));
    repository.git('checkout', '--quiet', '--orphan', 'empty');
    repository.git('rm', '-rqf', '.');
    expect(existsSync(join(repository.folder, 'model.onnx'))).toBe(false);
    repository.git('checkout', '--quiet', 'main');
    expect(readFileSync(join(repository.folder, 'model.onnx')).equals(before)).toBe(true);
    expect(repository.git('status', '--porcelain')).toBe('');
  });

  test('reports that nothing has changed', async () => {
    const { code, stderr } = await repository.commitVersion();
    expect(code).toBe(2);
    expect(stderr).toMatch(/nothing to commit/);
  });

  test('is found in its repository by a short SHA, a branch and a tag', async () => {
    repository.git('tag', 'v9.9.9');
    for (const revision of [sha.slice(0, 8), 'main', 'v9.9.9', sha]) {
      const { stdout } = await runCommand([
        ...['models', 'show', revision, '--repository', repository.folder, '--json'],
      ]);
      expect(JSON.parse(stdout).commit).toBe(sha);
    }
    const { code, stderr } = await runCommand([
      ...['models', 'show', 'no-such-branch', '--repository', repository.folder],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('"no-such-branch" names no commit of');
  });
});

describe('models commit refuses, without a commit,', () => {
  let repository: ModelRepository;
  let before: string;
  beforeAll(async () => {
    repository = await createModelRepository();
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '-m', 'Before');
    before = repository.git('rev-parse', 'HEAD').trim();
  });

  const cases: [string, (version: ModelRepository) => void, string | RegExp][] = [
    [
      'a missing ingredient',
      (v) => remove(v, 'hyperparameters.json'),
      'missing: hyperparameters.json',
    ],
    [
      'an ingredient that changed since the training',
      (v) => v.write('hyperparameters.json', '{"seed": 2}\n'),
      'to be retrained: since the weights were trained, hyperparameters.json changed',
    ],
    [
      'code that was added since the training',
      (v) => v.write('code/new.py', 'print()\n'),
      'to be retrained: since the weights were trained, code/new.py was added',
    ],
    [
      'a module that was added since the training, in any folder',
      (v) => v.write('lib/settings.py', 'RATE = 1\n'),
      /to be retrained: since the weights were trained, lib\/settings\.py was added \(commit \w{40}\)/,
    ],
    [
      'weights without a record of what they were trained from',
      (v) => v.edit('metrics.json', (metrics) => delete metrics.trained_from),
      'metrics.json: it has no trained_from',
    ],
    [
      'a record of each ingredient, which a merge can put together',
      (v) => v.edit('metrics.json', (metrics) => Object.assign(metrics, listedRecord(v))),
      'metrics.json: trained_from: expected {"ingredients", "outputs"} as `models lineage` prints them',
    ],
    [
      'an output of another training',
      (v) => v.edit('golden.json', ({ texts }) => (texts as unknown[]).pop()),
      /to be retrained: golden\.json is not the file that the recorded training wrote: SHA-256: expected \w{64}, found \w{64}/,
    ],
    [
      'the profile of another model',
      (v) => v.edit('profile.json', (profile) => Object.assign(profile, { model: 'a'.repeat(64) })),
      /profile\.json: model: expected \w{64}, found a{64}: the profile of another model/,
    ],
    [
      'a profile that does not name its model',
      (v) => v.edit('profile.json', (profile) => delete profile.model),
      'profile.json: expected "model", the digest of the model that it was measured with, found none',
    ],
    [
      'missing data',
      (v) =>
        v.edit('data/datasets.json', ({ datasets }) => {
          Object.assign((datasets as { files: object[] }[])[0]!.files[0]!, {
            sha256: '0'.repeat(64),
          });
        }),
      /does not hold the data:\n {2}tiny\/train\.tsv \(53 bytes, sha256 0{64}\)/,
    ],
    [
      'wrong counts of the data',
      (v) =>
        v.edit('data/datasets.json', ({ datasets }) => {
          Object.assign((datasets as { files: object[] }[])[0]!.files[0]!, {
            labels: { positive: 2, negative: 0 },
          });
        }),
      'tiny/train.tsv: label positive: recorded 2 rows, found 1',
    ],
    [
      'a package without a hash',
      (v) => v.write('environment/requirements.txt', 'numpy==2.4.6\n'),
      'environment/requirements.txt: numpy has no hash',
    ],
    [
      'a package without an exact version',
      (v) => v.write('environment/requirements.txt', 'numpy>=2\n'),
      'environment/requirements.txt: numpy has no exact version',
    ],
    [
      'an address in the requirements',
      (v) => v.write('environment/requirements.txt', '--index-url https://example.com/simple\n'),
      'an address or an option has no place in it',
    ],
    [
      'a command that runs no file of the version',
      (v) =>
        v.edit('environment/environment.json', (e) => {
          Object.assign(e, { command: 'python elsewhere.py --data DATA' });
        }),
      'the command runs no file of code/',
    ],
    [
      'a conflict that is not resolved',
      (v) => v.write('code/data.py', '<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n'),
      'code/data.py has a conflict that is not resolved',
    ],
    [
      'a file that is not JSON',
      (v) => v.write('hyperparameters.json', '{"seed": 2'),
      'hyperparameters.json is not JSON',
    ],
    [
      'a pointer in place of the weights',
      (v) => v.write('model.onnx', lfsPointer('0'.repeat(64), 1)),
      'model.onnx is a git-lfs pointer here: its bytes are missing',
    ],
    [
      'a symbolic link',
      (v) => symlinkSync('/etc/hostname', join(v.folder, 'code/link')),
      'code/link: only regular files',
    ],
    [
      'a file that can be executed',
      (v) => chmodSync(join(v.folder, 'code/train.py'), 0o755),
      'code/train.py: only regular files',
    ],
    [
      'weights that git-lfs does not track',
      (v) => v.write('.gitattributes', '# nothing\n'),
      'model.onnx is not for git-lfs',
    ],
  ];

  test.each(cases)('%s', async (_name, spoil, message) => {
    spoil(repository);
    const refusal = await refused(repository);
    // The next case begins where this one did.
    repository.git('clean', '-fdq');
    repository.git('reset', '--quiet', '--hard');
    expect(refusal).toMatch(message instanceof RegExp ? message : new RegExp(literally(message)));
    expect(repository.git('rev-parse', 'HEAD').trim()).toBe(before);
  });
});

test('models commit refuses a model with other scores than the golden ones', async () => {
  const repository = await createModelRepository();
  repository.edit('golden.json', ({ texts }) => {
    Object.assign((texts as { scores: object }[])[0]!.scores, { negative: 0.5 });
  });
  const { code, stdout, stderr } = await repository.commitVersion();
  expect(stderr).toMatch(/golden/);
  expect(code).toBe(1);
  expect(stdout).toBe('');
});

/** Why the working tree can't be committed. The model itself is not checked. */
async function refused({ folder, data: dataFolder }: ModelRepository): Promise<string> {
  const options = {
    message: 'A version',
    dataFolder,
    lfsClean: `'${process.execPath}' '${MAIN}' models lfs clean`,
    checkModel: async () => undefined,
  };
  return commitVersion(await openRepository(folder), options).then(
    () => 'it was committed',
    (error: Error) => error.message,
  );
}

/** `trained_from` as it was recorded before: a digest for each file. */
function listedRecord({ folder, git }: ModelRepository): object {
  const paths = git('ls-files', '-z', 'code', 'data', 'environment', 'hyperparameters.json');
  const digests = paths
    .split('\0')
    .filter(Boolean)
    .map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]);
  return { trained_from: Object.fromEntries(digests) };
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

test('warns of a clone that would merge ingredients by lines', async () => {
  const repository = await createModelRepository();
  repository.git('config', '--remove-section', 'merge.tweet-sentiment');
  const { code, stderr } = await repository.commitVersion();
  expect(stderr).toBe(
    'tweet-sentiment: this clone has no merge driver: git merges ingredients by lines; run `models init`\n',
  );
  expect(code).toBe(0);
});
