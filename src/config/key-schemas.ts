/** Schemas of settings that are keys or tokens. A message never contains one. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The shortest key and token, in characters. */
export const MIN_KEY_CHARS = 8;
export const MIN_TOKEN_CHARS = 16;
/** In the place of a key: its SHA-256, which a setting may have and nobody can send. */
const DIGEST_PREFIX = 'sha256:';
const DIGEST = /^sha256:[\da-f]{64}$/;
/** In the metrics: of requests without a key. */
const NO_NAME = 'none';

/** `<key>`, `<name>:<key>` or `<name>:sha256:<digest>`, as they are written. */
export interface WrittenKey {
  readonly name: string;
  readonly key: string;
}

export function parseKey(text: string, defaultName: string): WrittenKey {
  if (text.startsWith(DIGEST_PREFIX)) {
    return { name: defaultName, key: text };
  }
  const [, name = defaultName, key = text] = /^([^:]*):(.*)$/.exec(text) ?? [];
  return { name, key };
}

/**
 * @param min characters of a key.
 * @param noun what the keys are called in messages.
 */
export const namedKey = (min: number, noun: string) =>
  z.object({
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'expected names of letters, digits, ".", "_" and "-"')
      .refine((name) => name !== NO_NAME, `expected another name than ${NO_NAME}`),
    key: secret(min, noun),
  });

/** What is sent in headers and compared byte by byte. */
const secret = (min: number, noun: string) =>
  z
    .string()
    .regex(/^[!-~]*$/, `expected ${noun} of printable ASCII characters without spaces`)
    .min(min, `expected ${noun} of ${min} characters or more`)
    .refine(
      (key) => !key.startsWith(DIGEST_PREFIX) || DIGEST.test(key),
      'expected 64 hexadecimal digits in lower case behind sha256:',
    );

/** Behind the schema, no part of the server has a key itself. */
export function toDigest({ name, key }: WrittenKey): { name: string; digest: string } {
  const digest = isDigest(key)
    ? key.slice(DIGEST_PREFIX.length)
    : createHash('sha256').update(key).digest('hex');
  return { name, digest };
}

/** True for a key of which only the digest is known. */
export function isDigest(key: string): boolean {
  return DIGEST.test(key);
}
