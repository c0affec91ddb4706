/**
 * How a version was published, beside its folder: `<model>/<sha>.publication.json`. It is written once, with the
 * version, for people and for commands; it is not proven.
 */
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { checkJson, parseJson } from './json.ts';
import type { Store } from './stores/store.ts';

const publicationSchema = z.object({
  /** ISO 8601. */
  time: z.iso.datetime(),
  /** Who did it: of git's settings, or the user of the system. */
  by: z.string().max(1000),
  /** The median time of one text on the machine that published it, in milliseconds. */
  latencyMs: z.number().positive().optional(),
  /** The processor of that machine. */
  cpu: z.string().max(200).optional(),
  /** Why it would have been refused without `--force`. */
  forced: z.string().max(4000).optional(),
});

export type Publication = z.infer<typeof publicationSchema>;

const MAX_BYTES = 32 * 1024;

export function publicationKey(model: string, sha: string): string {
  return `${model}/${sha}.publication.json`;
}

export function formatPublication(publication: Publication): Buffer {
  return Buffer.from(`${JSON.stringify(publicationSchema.parse(publication), null, 2)}\n`);
}

/** Undefined where the version was published without one, or the store can't be read. */
export async function readPublication(
  store: Store,
  model: string,
  sha: string,
): Promise<Publication | undefined> {
  const key = publicationKey(model, sha);
  try {
    const bytes = await store.read(key, MAX_BYTES);
    return checkJson(publicationSchema, parseJson(bytes.toString('utf8'), key), key);
  } catch (error) {
    if (error instanceof ModelError) {
      return undefined;
    }
    throw error;
  }
}
