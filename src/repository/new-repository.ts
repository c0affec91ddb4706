/** `models new`: makes a model repository from a template, ready to be trained. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { templatesFolder } from '../entry-points.ts';
import { ModelError } from '../version/errors.ts';
import { addData } from './add-data.ts';
import { openRepository, type Repository } from './git.ts';
import { assertIdentity } from './identity.ts';
import { initRepository } from './init.ts';
import { ownEnvironment, runGit } from './run-git.ts';

export const TEMPLATES = ['sklearn-tfidf', 'transformer-finetune'] as const;
export type Template = (typeof TEMPLATES)[number];

/** The labels that the files of the templates have. */
export const DEFAULT_LABELS: readonly string[] = ['negative', 'neutral', 'positive'];

export interface NewRepositoryOptions {
  readonly folder: string;
  readonly template: Template;
  readonly labels: readonly string[];
  /** Texts to train and to measure with, by split. */
  readonly examples: Readonly<
    Record<'train' | 'dev', readonly { readonly label: string; readonly text: string }[]>
  >;
  /** Runs this command line, as words for a shell. */
  readonly command: string;
}

/**
 * Makes the folder with code, data, configuration and environment, and commits them.
 *
 * @returns the SHA of the commit, which is not a version yet.
 * @throws ModelError `conflict` where the folder has files, `bad-reference` for labels that can't be; `tool-failed`
 * where git does not know who commits.
 */
export async function newRepository(options: NewRepositoryOptions): Promise<string> {
  const { folder, template, labels, examples, command } = options;
  assertLabels(labels);
  await assertEmpty(folder);
  const environment = await ownEnvironment();
  await assertIdentity((...args) => runGit('.', args, { environment }));
  await mkdir(folder, { recursive: true });
  await runGit(folder, ['init', '--quiet', '--initial-branch=main'], { environment });
  for (const source of ['common', template]) {
    await cp(join(templatesFolder(), source), folder, { recursive: true });
  }
  await fillIn(folder, labels);
  const repository = await openRepository(folder);
  await initRepository(repository, command);
  for (const [split, rows] of Object.entries(examples)) {
    await addExamples(repository, split, rows);
  }
  await repository.git('add', '--all');
  await repository.git('commit', '--quiet', '-m', `New model from the template ${template}`);
  return (await repository.git('rev-parse', 'HEAD')).trim();
}

function assertLabels(labels: readonly string[]): void {
  const isName = (label: string): boolean =>
    label === label.trim() && /^\P{Cc}+$/u.test(label) && label !== '__proto__';
  if (labels.length < 2 || !labels.every(isName) || new Set(labels).size < labels.length) {
    throw new ModelError(
      'bad-reference',
      `--labels: expected two or more different names, such as bug,praise,question, found ${labels.join(',')}`,
    );
  }
}

async function assertEmpty(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return [];
    }
    throw error;
  });
  if (files.length > 0) {
    throw new ModelError('conflict', `${folder} is not empty: name a new folder`);
  }
}

/** Puts the labels and the name of the model into the files of the template. */
async function fillIn(folder: string, labels: readonly string[]): Promise<void> {
  const list = (all: readonly string[]): string =>
    `[${all.map((label) => JSON.stringify(label)).join(', ')}]`;
  await replaceIn(join(folder, 'hyperparameters.json'), list(DEFAULT_LABELS), list(labels));
  await replaceIn(join(folder, 'README.md'), 'MODEL_NAME', basename(resolve(folder)));
  await replaceIn(join(folder, 'README.md'), 'MODEL_LABELS', labels.join(', '));
}

async function replaceIn(path: string, text: string, by: string): Promise<void> {
  const content = await readFile(path, 'utf8');
  // A function: `$` has a meaning in a text.
  await writeFile(
    path,
    content.replace(text, () => by),
  );
}

async function addExamples(
  repository: Repository,
  split: string,
  rows: readonly { readonly label: string; readonly text: string }[],
): Promise<void> {
  const set = `examples/${split}`;
  const path = join(repository.folder, 'data', `${set}.tsv`);
  await mkdir(dirname(path), { recursive: true });
  const lines = rows.map(({ label, text }) => `${label}\t${text}\n`);
  await writeFile(path, ['label\ttext\n', ...lines].join(''));
  await addData(repository, {
    ...{ set, files: [path], language: 'en', license: 'CC0-1.0' },
    source: 'invented texts, to try the training with: replace them by your own',
  });
}
