import { ModelError } from './errors.ts';
import type { Version } from './version.ts';

/**
 * One JSON file of a version, parsed.
 *
 * @returns undefined where the version has no such file.
 * @throws ModelError `unfit` where it is not JSON.
 */
export async function readJson(version: Version, path: string): Promise<unknown> {
  if (!version.files.some((file) => file.path === path)) {
    return undefined;
  }
  try {
    return JSON.parse((await version.read(path)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new ModelError('unfit', `${path} of ${version.commit}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}
