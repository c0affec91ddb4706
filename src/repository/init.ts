/** `models init`: makes a git repository ready for versions of a model. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Repository } from './git.ts';

/** What every clone must know; part of the repository. */
const ATTRIBUTES = ['model.onnx filter=lfs diff=lfs merge=lfs -text'];
const IGNORED = ['__pycache__/', '*.pyc', '.venv/'];

export const MERGE_DRIVER = 'tweet-sentiment';

/** Files that the merge driver merges. */
const MERGED = [
  'hyperparameters.json',
  'config.json',
  'data/datasets.json',
  'environment/*',
  'model.onnx',
  'tokenizer.json',
  'metrics.json',
  'profile.json',
  'golden.json',
];

/**
 * Writes what is missing of attributes, ignored files and configuration. The merge driver goes into
 * the clone's own configuration and attributes, since git never takes a command from a repository.
 *
 * @param command runs this command line, as words for a shell.
 * @returns what was changed, in words.
 */
export async function initRepository(
  { folder, git }: Repository,
  command: string,
): Promise<string[]> {
  const gitPath = async (path: string): Promise<string> =>
    (await git('rev-parse', '--path-format=absolute', '--git-path', path)).trim();
  const configure = async (key: string, value: string): Promise<void> => {
    await git('config', key, value);
  };

  const changes = [
    ...(await addLines(join(folder, '.gitattributes'), ATTRIBUTES)),
    ...(await addLines(join(folder, '.gitignore'), IGNORED)),
    ...(await addLines(
      await gitPath('info/attributes'),
      MERGED.map((path) => `${path} merge=${MERGE_DRIVER}`),
    )),
  ];
  await configure(
    `merge.${MERGE_DRIVER}.name`,
    'merge of a model’s ingredients, by key and package',
  );
  await configure(`merge.${MERGE_DRIVER}.driver`, `${command} models merge-driver %O %A %B %P`);
  changes.push(`merge driver: ${command} models merge-driver`);
  // `git lfs install` sets it. Without git-lfs, this command line is the filter.
  const hasGitLfs = await git('config', '--get', 'filter.lfs.clean').then(
    () => true,
    () => false,
  );
  if (!hasGitLfs) {
    await configure('filter.lfs.clean', `${command} models lfs clean`);
    await configure('filter.lfs.smudge', `${command} models lfs smudge`);
    await configure('filter.lfs.required', 'true');
    changes.push('git-lfs is not set up: this command line does its work in this clone');
  }
  return changes;
}

/** @returns the file's name and the lines that it lacked. */
async function addLines(path: string, lines: readonly string[]): Promise<string[]> {
  const before = await readFile(path, 'utf8').catch(() => '');
  const known = new Set(before.split(/\r?\n/));
  const missing = lines.filter((line) => !known.has(line));
  if (missing.length === 0) {
    return [];
  }
  await mkdir(dirname(path), { recursive: true });
  const separator = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${separator}${missing.join('\n')}\n`);
  return missing.map((line) => `${basename(path)}: ${line}`);
}
