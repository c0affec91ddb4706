/** `models init`: prepares a git repository for versions of a model. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { versionFilesWhere } from '../artifacts/version-files.ts';
import { type Repository, readSetting } from './git.ts';
import { hasGitLfs, isFilter } from './lfs-setup.ts';
import { registerAgent } from './weights/register.ts';

/** Lines of `.gitattributes`, which is part of the repository: every clone needs them. */
const ATTRIBUTES: readonly string[] = [
  // Training reads, on every machine, the bytes that the digests are of.
  '* -text',
  'model.onnx filter=lfs diff=lfs merge=lfs -text',
  // Without the merge driver, git reports a conflict instead of merging the lines of two trainings.
  ...versionFilesWhere(({ isOutput }) => isOutput === true).map((path) => `${path} -merge`),
];
const IGNORED = ['__pycache__/', '*.pyc', '.venv/', '.checkpoints/'];

const MERGE_DRIVER = 'tweet-sentiment';

/** Patterns of the files that the merge driver merges; for `environment`, one that matches all files. */
const MERGED_PATTERNS: readonly string[] = [
  ...new Set(
    versionFilesWhere(({ merge }) => merge !== 'lines').map((path) =>
      path.replace(/^environment\/.*/, 'environment/**'),
    ),
  ),
];

/**
 * Adds the missing attributes, ignored files and configuration. The merge driver goes into the clone's
 * own configuration and attributes, since git takes no command from a repository.
 *
 * @param command runs this command line, as words for a shell.
 * @returns a line for each change.
 */
export async function initRepository(repository: Repository, command: string): Promise<string[]> {
  return [
    ...(await addLines(join(repository.folder, '.gitattributes'), ATTRIBUTES)),
    ...(await addLines(join(repository.folder, '.gitignore'), IGNORED)),
    ...(await registerMergeDriver(repository, command)),
    ...(await registerLfsFilter(repository, command)),
    ...(await registerAgent(repository, command)),
  ];
}

async function registerMergeDriver({ git }: Repository, command: string): Promise<string[]> {
  const attributes = await git(
    'rev-parse',
    '--path-format=absolute',
    '--git-path',
    'info/attributes',
  );
  const changes = await addLines(
    attributes.trim(),
    MERGED_PATTERNS.map((pattern) => `${pattern} merge=${MERGE_DRIVER}`),
  );
  const key = `merge.${MERGE_DRIVER}`;
  await git('config', `${key}.name`, 'merge of a model’s ingredients, by key and package');
  await git('config', `${key}.driver`, driverScript(command));
  return [...changes, `merge driver: ${command} models merge-driver`];
}

/** Whether merges in this clone call the driver. */
export async function hasMergeDriver(repository: Pick<Repository, 'git'>): Promise<boolean> {
  return Boolean(await readSetting(repository, `merge.${MERGE_DRIVER}.driver`));
}

/** The exit code by which the driver reports conflicts. A program that is missing or crashes has another. */
const CONFLICT = 3;

/**
 * What git runs, in a shell. If the driver fails, it leaves both sides between markers, so that neither can be
 * taken for the merge, and ends with 129: from 128 on, git (2.42 and later) ends the merge instead of
 * reporting a conflict.
 */
function driverScript(command: string): string {
  return [
    `${command} models merge-driver --conflict-exit-code ${CONFLICT} --git-process $PPID ` +
      '--marker-size %L --base-label %S --ours-label %X --theirs-label %Y %O %A %B %P',
    `case $? in 0) exit 0;; ${CONFLICT}) exit 1;; esac`,
    "{ echo '<<<<<<< ours'; cat %A; echo; echo =======; cat %B; echo; echo '>>>>>>> theirs'; } > %A.failed",
    'mv %A.failed %A',
    'exit 129',
  ].join('; ');
}

/**
 * Makes this command line the filter of git-lfs, in a clone where git-lfs is not set up: without a filter, git
 * takes weights for a change of their pointer, and would commit them.
 */
export async function registerLfsFilter(
  repository: Repository,
  command: string,
): Promise<string[]> {
  if ((await hasGitLfs(repository)) || (await isFilter(repository, command))) {
    return [];
  }
  const { git } = repository;
  await git('config', 'filter.lfs.clean', `${command} models lfs clean`);
  await git('config', 'filter.lfs.smudge', `${command} models lfs smudge`);
  await git('config', 'filter.lfs.required', 'true');
  return ['git-lfs is not set up: this command line does its work in this clone'];
}

/** Adds the lines that a file lacks. @returns the file's name with each of them. */
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
