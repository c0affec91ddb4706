/** The tag of a version, beside its folder: `<model>/<sha>.tag`. It is for people, and not proven. */
import { ModelError } from './errors.ts';
import type { Store } from './stores/store.ts';

const TAG = /^\w[\w.+/-]{0,99}$/;
const MAX_BYTES = 128;

export function tagKey(model: string, sha: string): string {
  return `${model}/${sha}.tag`;
}

/** The bytes of a tag's file. @throws ModelError `bad-reference` where the tag has other characters, or too many. */
export function formatTag(tag: string): Buffer {
  if (!TAG.test(tag)) {
    throw new ModelError(
      'bad-reference',
      `a tag is up to 100 letters, digits and "_.+/-", such as v1.0.0; found ${JSON.stringify(tag)}`,
    );
  }
  return Buffer.from(`${tag}\n`);
}

/** The tag of a version; undefined where it has none, or the store can't be read. */
export async function readTag(
  store: Store,
  model: string,
  sha: string,
): Promise<string | undefined> {
  const bytes = await store.read(tagKey(model, sha), MAX_BYTES).catch((error: unknown) => {
    if (error instanceof ModelError) {
      return undefined;
    }
    throw error;
  });
  const tag = bytes?.toString('utf8').trimEnd();
  return tag !== undefined && TAG.test(tag) ? tag : undefined;
}
