/** The JSON files of a version, parsed and checked against the schema of each. */
import type { z } from 'zod';
import { ModelError } from '../version/errors.ts';
import { checkJson, parseJson } from '../version/json.ts';
import type { Version } from '../version/version.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { VERSION_FILES, type VersionFilePath, versionFilesWhere } from './version-files.ts';

/** Proven bytes of a version by path, in the layout of the Hugging Face hub. */
export type ModelFiles = ReadonlyMap<string, Buffer>;

/** The paths of the files that have a schema. */
export type ArtifactPath = {
  [P in VersionFilePath]: (typeof VERSION_FILES)[P] extends { schema: z.ZodType } ? P : never;
}[VersionFilePath];

/** In the order of the table of files. */
export const ARTIFACT_PATHS = versionFilesWhere(
  ({ schema }) => schema !== undefined,
) as readonly ArtifactPath[];

/** What a file contains. */
export type Artifact<P extends ArtifactPath> = z.output<(typeof VERSION_FILES)[P]['schema']>;

/**
 * @param origin which file the text is, for the message; the path without it.
 * @throws ModelError `unfit`, naming origin and key, where the text is not what the file must contain.
 */
export function parseArtifact<P extends ArtifactPath>(
  path: P,
  text: Buffer | string,
  origin: string = path,
): Artifact<P> {
  const schema = VERSION_FILES[path].schema as z.ZodType as z.ZodType<Artifact<P>>;
  const content = typeof text === 'string' ? text : decodeUtf8(text, origin);
  return checkJson(schema, parseJson(content, origin), origin);
}

/** @throws ModelError `unfit` where the version has no such file, or it is not what it must be. */
export function parseJsonFile<P extends ArtifactPath>(files: ModelFiles, path: P): Artifact<P> {
  return parseArtifact(path, modelFile(files, path));
}

/** @throws ModelError `unfit` where the version has no such file. */
export function modelFile(files: ModelFiles, path: VersionFilePath): Buffer {
  const bytes = files.get(path);
  if (!bytes) {
    throw missing(path, path);
  }
  return bytes;
}

/**
 * @returns undefined where the version has no such file.
 * @throws ModelError `unfit` where it is not what it must be; what reading it throws.
 */
export async function readArtifact<P extends ArtifactPath>(
  version: Version,
  path: P,
): Promise<Artifact<P> | undefined> {
  const bytes = await readIfPresent(version, path);
  return bytes && parseArtifact(path, bytes, originOf(version, path));
}

/** @throws ModelError `unfit` where the version has no such file, or it is not what it must be. */
export async function requireArtifact<P extends ArtifactPath>(
  version: Version,
  path: P,
): Promise<Artifact<P>> {
  const artifact = await readArtifact(version, path);
  if (artifact === undefined) {
    throw missing(path, originOf(version, path));
  }
  return artifact;
}

/** A file as it was recorded, whether or not it matches its schema. @throws ModelError `unfit` where it is not JSON. */
export async function readRawJson(version: Version, path: ArtifactPath): Promise<unknown> {
  const bytes = await readIfPresent(version, path);
  return bytes && parseJson(bytes.toString(), originOf(version, path));
}

async function readIfPresent(version: Version, path: string): Promise<Buffer | undefined> {
  return version.files.some((file) => file.path === path) ? version.read(path) : undefined;
}

function originOf({ commit }: Version, path: string): string {
  return `${path} of ${commit}`;
}

function missing(path: string, origin: string): ModelError {
  return new ModelError('unfit', `${origin}: the version has no such file`, { data: { path } });
}
