/** Schemas of settings that are keys or tokens. */
import { z } from 'zod';

/** What is sent in headers and compared byte by byte. Messages must not contain it. */
const secret = (min: number, noun: string) =>
  z
    .string()
    .regex(/^[!-~]*$/, `expected ${noun} of printable ASCII characters without spaces`)
    .min(min, `expected ${noun} of ${min} characters or more`);

/** `<name>:<key>`, or a key alone. */
export function parseKey(
  text: string,
  defaultName: string,
): { readonly name: string; readonly key: string } {
  const [, name = defaultName, key = text] = /^([^:]*):(.*)$/.exec(text) ?? [];
  return { name, key };
}

/** @param noun what the keys are called in messages. */
export const namedKeys = (min: number, noun: string) =>
  z.array(
    z.object({
      name: z
        .string()
        .regex(/^[\w.-]{1,64}$/, 'expected names of letters, digits, ".", "_" and "-"'),
      key: secret(min, noun),
    }),
  );
