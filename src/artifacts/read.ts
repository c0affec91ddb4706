/** JSON of a version, as text and as what it must be. */
import type { z } from 'zod';
import { ModelError } from '../version/errors.ts';
import type { Version } from '../version/version.ts';

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
  const bytes = await version.read(path);
  return parseJson(bytes.toString('utf8'), `${path} of ${version.commit}`);
}

/** @param origin what the text is, for the message. @throws ModelError `unfit` where it is not JSON. */
export function parseJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError('unfit', `${origin}: ${(cause as Error).message}`, { cause });
  }
}

/** @throws ModelError `unfit`, naming origin and key, where the value is not what it must be. */
export function checkJson<T>(schema: z.ZodType<T>, json: unknown, origin: string): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelError('unfit', `${origin}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}
