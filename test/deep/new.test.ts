/** `models new`, from the template to the served version, with a real uv and packages from the registry. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Template } from '../../src/repository/new-repository.ts';
import { runGit, temporaryFolder } from '../support/git-version.ts';
import { MAIN, runCommand, startServer } from '../support/server.ts';

const IDENTITY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'A U Thor',
  GIT_COMMITTER_EMAIL: 'author@example.com',
};
/** The packages of the second template have 3 GB: PYTORCH=1 runs its test. */
const TIMEOUT_MS = 60 * 60_000;
const LABELS = ['bug', 'praise', 'question', 'price', 'delivery'];

interface NewModel {
  readonly folder: string;
  run(...args: string[]): Promise<string>;
  train(): void;
  /** Trains, which ends with an error. @returns what it printed. */
  failToTrain(data?: string): string;
}

/** Made as docs/how-to/your-own-model.md describes. */
async function newModel(template: Template): Promise<NewModel> {
  const folder = join(temporaryFolder(), 'tickets');
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(['models', ...args], IDENTITY, TIMEOUT_MS);
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
    return stdout.trim();
  };
  await run('new', folder, '--template', template, '--labels', LABELS.join(','));
  const env = {
    ...process.env,
    ...IDENTITY,
    TWEET_SENTIMENT: `'${process.execPath}' '${MAIN}'`,
  };
  const shell = (program: string, ...args: string[]): Buffer =>
    execFileSync(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  shell('uv', 'venv', '--quiet', '--python', '3.11');
  const requirements = 'environment/requirements.txt';
  shell('uv', 'pip', 'sync', '--quiet', '--python', '.venv', '--require-hashes', requirements);
  return {
    folder,
    run,
    train: () => {
      shell('.venv/bin/python', 'code/train.py', '--data', 'data');
    },
    failToTrain: (data = 'data') => {
      const args = ['code/train.py', '--data', data];
      const options = { cwd: folder, env, encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync('.venv/bin/python', args, options);
      expect(status).toBe(1);
      return stderr;
    },
  };
}

/** Commits, gates, publishes, serves and reproduces the trained model. @returns its SHA. */
async function ship({ folder, run }: NewModel): Promise<string> {
  const repository = ['--repository', folder];
  const data = ['--data', join(folder, 'data')];
  const sha = await run('commit', '-m', 'A version', ...data, ...repository);
  // Every score is measured again with the server's own code.
  const gate = await run('gate', sha, '--max-latency-ms', '10000', ...data, ...repository);
  expect(gate).toContain('passed');
  const store = temporaryFolder();
  await run('publish', sha, '--model-store', store, '--model-name', 'tickets', ...repository);
  const server = await startServer({
    MODEL_STORE: store,
    MODEL_NAME: 'tickets',
    MODEL_COMMIT: sha,
  });
  try {
    const response = await server.predict({ inputs: 'The flight was late again' });
    const { predictions } = (await response.json()) as { predictions: { scores: object }[] };
    expect(Object.keys(predictions[0]?.scores ?? {})).toEqual(LABELS);
  } finally {
    await server.stop();
  }
  expect(await run('reproduce', sha, ...data, ...repository)).toContain('identical bytes');
  return sha;
}

const readJson = (folder: string, path: string) =>
  JSON.parse(readFileSync(join(folder, path), 'utf8'));

/** The largest difference between the graph's scores and those of scikit-learn, alone and in a batch. */
const COMPARE = `
import json, sys
sys.path.insert(0, "code")
import numpy as np, onnxruntime
from pathlib import Path
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from data import load
from evaluation import predict
from model import count_tokens, train
parameters = json.loads(Path("hyperparameters.json").read_text())
datasets = json.loads(Path("data/datasets.json").read_text())
worst = 0
for labels in (parameters["labels"], parameters["labels"][:2]):
    split = load(datasets, "train", Path("data"), parameters["labels"])
    rows = np.flatnonzero(split.labels < len(labels))
    texts, y = [split.texts[row] for row in rows], split.labels[rows]
    target = Path("other.onnx")
    tokenizer, _ = train(texts, y, parameters | {"labels": labels}, target)
    counts = count_tokens(tokenizer, texts)
    tfidf = TfidfTransformer().fit(counts)
    regression = LogisticRegression(**parameters["regression"]).fit(tfidf.transform(counts), y)
    expected = regression.predict_proba(tfidf.transform(counts))
    def softmax(x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    alone = softmax(predict(target, tokenizer, texts))
    tokenizer.enable_padding(pad_id=0)
    batch = tokenizer.encode_batch(texts)
    feeds = {"input_ids": [e.ids for e in batch], "attention_mask": [e.attention_mask for e in batch]}
    session = onnxruntime.InferenceSession(target, providers=["CPUExecutionProvider"])
    together = softmax(session.run(["logits"], {k: np.array(v) for k, v in feeds.items()})[0])
    worst = max(worst, abs(alone - expected).max(), abs(together - expected).max())
target.unlink()
print(json.dumps({"worst": float(worst)}))
`;

test(
  'sklearn-tfidf: five labels, as words and as bytes, trained, served and reproduced',
  async () => {
    const model = await newModel('sklearn-tfidf');
    const { folder, run } = model;
    model.train();
    expect(
      readJson(folder, 'metrics.json').datasets['examples/dev'].fp32.macro_recall,
    ).toBeGreaterThan(0.6);
    expect(readJson(folder, 'golden.json').texts.every((text: { ids?: [] }) => text.ids)).toBe(
      true,
    );
    const first = await ship(model);

    const python = join(folder, '.venv/bin/python');
    const compared = execFileSync(python, ['-c', COMPARE], { cwd: folder, encoding: 'utf8' });
    expect(JSON.parse(compared).worst).toBeLessThan(1e-5);

    const path = join(folder, 'hyperparameters.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"words"', '"byte-level-bpe"'));
    model.train();
    const second = await ship(model);
    const diff = await run('diff', first, second, '--repository', folder);
    expect(diff).toContain('"words" → "byte-level-bpe"');

    // Mistakes, each before the training, in a sentence.
    const elsewhere = temporaryFolder();
    cpSync(join(folder, 'data'), elsewhere, { recursive: true });
    rmSync(join(elsewhere, 'examples/dev.tsv'));
    expect(model.failToTrain(elsewhere)).toBe(
      `${elsewhere}/examples/dev.tsv: expected the file examples/dev.tsv of data/datasets.json in the folder of --data, ` +
        'found nothing\n',
    );
    writeFileSync(path, '<<<<<<< ours\n');
    expect(model.failToTrain()).toBe(
      'tweet-sentiment: hyperparameters.json has a conflict that is not resolved\n',
    );
    writeFileSync(join(folder, 'environment/environment.json'), '<<<<<<< ours\n');
    expect(model.failToTrain()).toMatch(
      /^[^\n]*environment\/environment\.json is not JSON: is there a conflict of a merge in it\? [^\n]*\n$/,
    );
    expect(runGit(folder, ['log', '--format=%s']).toString().trim().split('\n')).toEqual([
      'A version',
      'A version',
      'New model from the template sklearn-tfidf',
    ]);
  },
  TIMEOUT_MS,
);

test.skipIf(process.env.PYTORCH === undefined)(
  'transformer-finetune: trained, served and reproduced',
  async () => {
    const model = await newModel('transformer-finetune');
    model.train();
    const { macro_recall } = readJson(model.folder, 'metrics.json').datasets['examples/dev'].fp32;
    expect(macro_recall).toBeGreaterThan(0.5);
    await ship(model);
  },
  TIMEOUT_MS,
);
