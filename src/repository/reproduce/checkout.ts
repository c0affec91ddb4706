/** The folders of a reproduction: one for the training, one for each earlier step, and one with links to the data. */
import { access, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { sha256 } from '../../artifacts/digests.ts';
import type { ModelFiles } from '../../artifacts/read.ts';
import { hasSystemCode, namingFile } from '../../errors.ts';
import { makeFolder } from '../../folders.ts';
import { hasCode } from '../../version/errors.ts';
import { ownEnvironment, runGit } from '../run-git.ts';

/** Where training code keeps what it continues from. */
const CHECKPOINTS = '.checkpoints';
/** What stays of an interrupted run: all else is an ingredient, or would be counted as one. */
const KEPT: ReadonlySet<string> = new Set(['.venv', CHECKPOINTS]);

/** Writes the ingredients to a folder, new or of an interrupted run, of which only packages and checkpoints stay. */
export async function prepareCheckout(folder: string, ingredients: ModelFiles): Promise<void> {
  await makeFolder(folder);
  for (const name of await readdir(folder)) {
    await (!KEPT.has(name) && rm(join(folder, name), { recursive: true, force: true }));
  }
  await writeFiles(folder, ingredients);
  await initCheckout(folder);
}

/** True where an interrupted run left checkpoints. */
export function hasCheckpoints(folder: string): Promise<boolean> {
  return access(join(folder, CHECKPOINTS)).then(
    () => true,
    () => false,
  );
}

/** Training code lists its ingredients with git, which knows the ignored files. */
async function initCheckout(folder: string): Promise<void> {
  try {
    await runGit(folder, ['init', '--quiet'], { environment: await ownEnvironment() });
  } catch (error) {
    // Versions that list their ingredients themselves can be trained without git.
    if (!hasCode(error, 'tool-missing')) {
      throw error;
    }
  }
}

/** Makes a folder that has each file, by path, as a link to its source; it replaces the one of an interrupted run. */
export async function linkData(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, source] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(resolve(source), join(folder, path));
  }
}

/** Writes files, by path, to a folder that is made. */
export async function writeFiles(folder: string, files: ModelFiles): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    const file = join(folder, path);
    await namingFile(file, writeFile(file, bytes));
  }
}

/** Not there, a folder, or below a file. */
const NO_FILE = ['ENOENT', 'EISDIR', 'ENOTDIR'];

/** @returns the bytes by path; what does not exist is left out, and so is a folder. */
export async function readFiles(folder: string, paths: readonly string[]): Promise<ModelFiles> {
  const files = new Map<string, Buffer>();
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch((error: unknown) => {
      if (NO_FILE.some((code) => hasSystemCode(error, code))) {
        return undefined;
      }
      throw error;
    });
    if (bytes) {
      files.set(path, bytes);
    }
  }
  return files;
}

/** The SHA-256 of each of the files that exists, by path. */
export async function digestFiles(
  folder: string,
  paths: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const files = await readFiles(folder, paths);
  return Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)]));
}
