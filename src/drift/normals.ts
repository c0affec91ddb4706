/** The normal of the version that serves, read again when its file has changed: no restart is needed. */
import { stat } from 'node:fs/promises';
import { type Normal, pathOfNormal, readNormal } from './normal.ts';

export interface Normals {
  /** @returns undefined where there is none, or it can't be read, which is reported once. */
  of(version: { readonly name: string; readonly commit: string }): Promise<Normal | undefined>;
}

export interface NormalsOptions {
  /** BASELINES; undefined: there are none. */
  readonly folder: string | undefined;
  /** Called when a file can't be used, once until it has changed. */
  readonly onError: (error: unknown) => void;
}

export function createNormals({ folder, onError }: NormalsOptions): Normals {
  let read: { readonly key: string; readonly normal: Promise<Normal | undefined> } | undefined;
  const readOrReport = async (name: string, commit: string): Promise<Normal | undefined> => {
    try {
      return await readNormal(folder as string, name, commit);
    } catch (error) {
      onError(error);
      return undefined;
    }
  };
  return {
    of: async ({ name, commit }) => {
      if (folder === undefined) {
        return undefined;
      }
      const key = await stateOf(pathOfNormal(folder, name, commit));
      if (read?.key !== key) {
        read = { key, normal: readOrReport(name, commit) };
      }
      return read.normal;
    },
  };
}

/** The same text as long as the file is the same. */
async function stateOf(path: string): Promise<string> {
  try {
    // That of the inode changes with permissions too.
    const { ino, size, ctimeMs } = await stat(path);
    return `${path} ${ino} ${size} ${ctimeMs}`;
  } catch (error) {
    return `${path} ${(error as NodeJS.ErrnoException).code}`;
  }
}
