/** What a setting is made of, and the schemas that several have. */
import { z } from 'zod';

export interface Setting<T> {
  /** Environment variable; the flag is the same in lower case with dashes. */
  readonly variable: string;
  /** Help text: unit, meaning of the default, what happens at the limit. */
  readonly doc: string;
  /** The default, as a user would write it; none if the setting is optional. */
  readonly fallback?: string;
  /** From the text of the flag or variable to the value. */
  readonly schema: z.ZodType<T, string | undefined>;
  /** The variable with `_FILE` may name a file that has the value or, in its lines, the elements of the list. */
  readonly inFile?: 'value' | 'lines';
}

export const text = z.string().min(1, 'expected some text');

export const integer = (min: number, max: number) => {
  const message = `expected an integer from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
};

export const oneOf = <const T extends string>(...values: readonly T[]) =>
  z.enum(values, `expected one of ${values.join(', ')}`);

export const setting = <T>(
  variable: string,
  fallback: string | undefined,
  schema: z.ZodType<T, string | undefined>,
  doc: string,
): Setting<T> => ({ variable, doc, schema, ...(fallback === undefined ? {} : { fallback }) });

/** A setting that is a secret: it may be in a file. @param inFile what the file has. */
export const secret = <T>(
  variable: string,
  fallback: string | undefined,
  schema: z.ZodType<T, string | undefined>,
  doc: string,
  inFile: 'value' | 'lines',
): Setting<T> => ({
  ...setting(
    variable,
    fallback,
    schema,
    `${doc}; or ${variable}_FILE names a file that has ${inFile === 'value' ? 'it' : 'one in a line'}`,
  ),
  inFile,
});

/** The elements of a comma-separated list. */
export const splitList = (value: string): string[] =>
  value
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
