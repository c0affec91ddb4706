/** JSON Schemas of the files of a version, generated from the schemas that check them. */
import { z } from 'zod';
import { ModelError } from '../version/errors.ts';
import { MANIFEST_FILE, manifestSchema } from '../version/manifest.ts';
import { ARTIFACT_PATHS } from './read.ts';
import { VERSION_FILES } from './version-files.ts';

/** The file of the documentation that describes a file of a version. */
export function referencePage(path: string): string {
  return `docs/reference/${path.replace(/^.*\//, '').replace(/\.json$/, '.schema.json')}`;
}

/** What `read` returns. @throws the ModelError of `read`, with the page that describes the file added. */
export function withReference<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ModelError
      ? new ModelError(
          error.code,
          `${error.message}\n  ${path} is described in ${referencePage(path)}`,
          { cause: error, data: error.data },
        )
      : error;
  }
}

/**
 * By path of the file of a version. `tokenizer.json` is left out: its format is that of the library.
 *
 * Source: JSON Schema 2020-12. What a file must have beside it, such as an equal number of bins and ratios, is
 * in the messages of the checks.
 */
export function jsonSchemas(): ReadonlyMap<string, object> {
  const schemas = new Map<string, z.ZodType>(
    ARTIFACT_PATHS.filter((path) => path !== 'tokenizer.json').map((path) => [
      path,
      VERSION_FILES[path].schema,
    ]),
  );
  schemas.set(MANIFEST_FILE, manifestSchema);
  return new Map(
    [...schemas].map(([path, schema]) => [
      path,
      z.toJSONSchema(schema, {
        io: 'input',
        override: ({ jsonSchema }) => dropSafeRange(jsonSchema),
      }),
    ]),
  );
}

/** zod bounds each integer by those that JavaScript can represent. */
function dropSafeRange(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) {
    delete schema.minimum;
  }
  if (schema.maximum === Number.MAX_SAFE_INTEGER) {
    delete schema.maximum;
  }
}
