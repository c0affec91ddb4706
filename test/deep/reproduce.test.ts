/** `models reproduce` with a real uv, packages from the registry, and the shipped history. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { MAIN, runCommand } from '../support/server.ts';
import { haveTweets, TWEETS } from '../support/tweets.ts';

const OUTPUTS = ['model.onnx', 'tokenizer.json', 'config.json', 'metrics.json', 'golden.json'];

/** Trains by taking the outputs out of the data; `change` may then alter them. */
const TRAIN = (change: string): string => `import json, os, shutil, sys
for name in ${JSON.stringify(OUTPUTS)}:
    shutil.copyfile(os.path.join(sys.argv[2], "outputs", name), name)
${change}
`;

/** A version that is made within a second, in an environment of one small package. */
async function quickVersion(change: string): Promise<ModelRepository> {
  const repository = await createModelRepository();
  const { folder, data, read, write, edit } = repository;
  const lock = execFileSync(
    'uv',
    ['pip', 'compile', '--quiet', '--generate-hashes', '--no-header', '--no-emit-index-url', '-'],
    { input: 'six\n', encoding: 'utf8' },
  );
  write('environment/requirements.txt', lock);
  write('code/train.py', TRAIN(change));
  edit('data/datasets.json', ({ datasets }) => {
    const files = (datasets as { files: object[] }[])[0]!.files;
    files.push(...OUTPUTS.map((name) => describeFile(`outputs/${name}`, join(folder, name))));
  });
  await runCommand([
    ...['models', 'profile', folder, join(data, 'tiny/train.tsv')],
    ...['--output', join(folder, 'profile.json')],
  ]);
  mkdirSync(join(data, 'outputs'));
  for (const name of OUTPUTS) {
    cpSync(join(folder, name), join(data, 'outputs', name));
  }
  // Such a version can't record itself, so plain git commits it.
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '-m', 'Quick');
  expect(read('code/train.py')).toContain('copyfile');
  return repository;
}

function describeFile(path: string, file: string): object {
  const bytes = readFileSync(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, role: 'test', sha256, bytes: bytes.length, rows: 0, labels: {}, languages: {} };
}

function reproduce({ folder, data }: ModelRepository, ...options: string[]) {
  return runCommand([
    ...['models', 'reproduce', 'main', '--repository', folder, '--data', data, '--json'],
    ...options,
  ]);
}

test('reports identical bytes', async () => {
  const { code, stdout, stderr } = await reproduce(await quickVersion(''));
  expect(stderr).toContain('python code/train.py --data DATA');
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'identical', scores: [] });
  expect(code).toBe(0);
});

test('reports identical bytes of a training that records its lineage', async () => {
  const version = await quickVersion(`
import shlex, subprocess
program = shlex.split(os.environ["TWEET_SENTIMENT"])
metrics = json.load(open("metrics.json"))
metrics["trained_from"] = json.loads(subprocess.check_output([*program, "models", "lineage"]))
json.dump(metrics, open("metrics.json", "w"))`);
  const { folder, data, git } = version;
  execFileSync('python3', ['code/train.py', '--data', data], {
    cwd: folder,
    env: { ...process.env, TWEET_SENTIMENT: `node ${MAIN}` },
  });
  git('commit', '--quiet', '-am', 'Trained');
  const gate = await runCommand(['models', 'gate', 'main', '--repository', folder]);
  expect(gate.stdout).toMatch(/^ok {4}trained from its ingredients /);
  // Nobody has the weights any more: the training makes them.
  rmSync(join(folder, '.git/lfs'), { recursive: true });
  const [output, store] = [join(temporaryFolder(), 'output'), temporaryFolder()];
  const made = await reproduce(
    version,
    ...['--output', output, '--publish', '--model-store', store],
  );
  expect(JSON.parse(made.stdout)).toMatchObject({ verdict: 'identical' });
  const weights = readFileSync(join(folder, 'model.onnx'));
  expect(readFileSync(join(output, 'model.onnx')).equals(weights)).toBe(true);
  expect(readFileSync(join(output, 'code/train.py'), 'utf8')).toBe(version.read('code/train.py'));
  const sha = git('rev-parse', 'HEAD').trim();
  expect(made.stderr).toContain(`${sha} is published in ${store}\n`);
  const verified = await runCommand(['models', 'verify', sha, '--model-store', store]);
  expect(verified.code).toBe(0);
  const again = await reproduce(version, '--output', output);
  expect(again.stderr).toContain(`${output} is not empty: --output needs a new folder\n`);
  expect(again.code).toBe(2);
});

test('reports other bytes with the same scores, file by file', async () => {
  const version = await quickVersion('open("config.json", "a").write(" ")');
  const store = temporaryFolder();
  const publish = await reproduce(version, '--publish', '--model-store', store);
  expect(publish.stderr).toContain('not published: other bytes are another version');
  expect(publish.code).toBe(1);
  expect(readdirSync(store)).toEqual([]);
  const { code, stdout } = await reproduce(version);
  const { verdict, files } = JSON.parse(stdout);
  expect(verdict).toBe('same-scores');
  const differing = files.filter(({ identical }: { identical: boolean }) => !identical);
  expect(differing.map(({ path }: { path: string }) => path)).toEqual(['config.json']);
  expect(code).toBe(0);
});

test('other scores are refused', async () => {
  const version = await quickVersion(`
metrics = json.load(open("metrics.json"))
metrics["datasets"]["semeval-en/dev"]["int8"]["macro_recall"] = 0.5
json.dump(metrics, open("metrics.json", "w"))`);
  const { code, stdout } = await reproduce(version);
  const { verdict, scores } = JSON.parse(stdout);
  expect(verdict).toBe('different');
  expect(scores).toMatchObject([{ dataset: 'semeval-en/dev', found: 0.5 }]);
  expect(code).toBe(1);
});

test('reports a command that fails, and missing data', async () => {
  const version = await quickVersion('sys.exit(3)');
  const failed = await reproduce(version);
  expect(failed.stderr).toMatch(/python code\/train\.py --data .*: ended with exit code 3\n$/);
  expect(failed.code).toBe(2);
  writeFileSync(join(version.data, 'tiny/train.tsv'), 'label\ttext\n');
  const missing = await reproduce(version);
  expect(missing.stderr).toMatch(/does not hold the data:\n {2}tiny\/train\.tsv/);
  expect(missing.code).toBe(2);
});

test.skipIf(!haveTweets)('the shipped baseline is reproduced from the bundle', async () => {
  const { code, stdout, stderr } = await runCommand(
    ['models', 'reproduce', 'v0.1.0', '--data', TWEETS, '--json'],
    {},
    400_000,
  );
  expect(stderr).toContain('python code/train.py');
  // On a CPU of another kind the bytes may differ; the scores may not.
  const { verdict } = JSON.parse(stdout);
  console.log(`the baseline: ${verdict}`);
  expect(['identical', 'same-scores']).toContain(verdict);
  expect(code).toBe(0);
});
