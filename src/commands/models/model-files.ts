/** The files that a classifier is loaded from, of a folder that is not a version yet. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_FILES } from '../../artifacts/version-files.ts';
import { parsePointer } from '../../repository/lfs.ts';
import { ModelError } from '../../version/errors.ts';

/** @throws ModelError `not-found` where there is no model yet, `unfit` for a git-lfs pointer; the system's error. */
export async function readModelFiles(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const path of MODEL_FILES) {
    files.set(path, await readModelFile(folder, path));
  }
  return files;
}

async function readModelFile(folder: string, path: string): Promise<Buffer> {
  const bytes = await readFile(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new ModelError('not-found', `${join(folder, path)} does not exist: train the model first`)
      : error;
  });
  if (parsePointer(bytes)) {
    throw new ModelError(
      'unfit',
      `${join(folder, path)} is a git-lfs pointer: expected the file itself; \`models pull\` copies it ` +
        'from a remote of the clone; else train the model, or copy the file from a store',
    );
  }
  return bytes;
}
