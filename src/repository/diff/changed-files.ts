/** The files in which two versions differ, and how to read them. */
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { type Artifact, type ArtifactPath, parseArtifact } from '../../artifacts/read.ts';
import type { VersionFilePath } from '../../artifacts/version-files.ts';
import type { VersionFile } from '../../version/manifest.ts';
import type { Version } from '../../version/version.ts';
import { type Change, mapChange, pairs } from './change.ts';
import { diffValues, type ValueChange } from './values.ts';

/** Two versions to compare. */
export interface Versions extends Change<Version> {
  readonly old: Version;
  readonly new: Version;
}

/** By path, sorted; a side that does not have the file is undefined. */
export type ChangedFiles = ReadonlyMap<string, Change<VersionFile>>;

export function changedFiles(versions: Versions): ChangedFiles {
  const files = mapChange(
    versions,
    (version) => new Map(version.files.map((file) => [file.path, file])),
  );
  return new Map(
    pairs(files)
      .filter((pair) => pair.old?.blob !== pair.new?.blob)
      .map(({ name, ...change }): [string, Change<VersionFile>] => [name, change])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Reads a file of both versions. Of a file that does not differ, both sides are undefined. */
export interface Reader {
  bytes(path: string): Promise<Change<Buffer>>;
  text(path: VersionFilePath): Promise<Change<string>>;
  /** @throws ModelError `unfit` where a side does not match the file's schema. */
  artifact<P extends ArtifactPath>(path: P): Promise<Change<Artifact<P>>>;
  /** The values of a JSON file that differ. @throws ModelError `unfit` where a side is not JSON. */
  values(path: VersionFilePath): Promise<ValueChange[]>;
}

export function createReader(versions: Versions, changes: ChangedFiles): Reader {
  const bytes = async (path: string): Promise<Change<Buffer>> => {
    const change = changes.get(path);
    return {
      old: change?.old && (await versions.old.read(path)),
      new: change?.new && (await versions.new.read(path)),
    };
  };
  const parsed = async <T>(
    path: string,
    parse: (text: string, origin: string) => T,
  ): Promise<Change<T>> => {
    const sides = await bytes(path);
    const parseSide = (side: 'old' | 'new'): T | undefined =>
      sides[side] && parse(sides[side].toString('utf8'), `${path} of ${versions[side].commit}`);
    return { old: parseSide('old'), new: parseSide('new') };
  };
  return {
    bytes,
    text: (path) => parsed(path, (text) => text),
    artifact: (path) => parsed(path, (text, origin) => parseArtifact(path, text, origin)),
    values: async (path) =>
      diffValues(await parsed(path, (text, origin) => parseJsonSource(text, { origin }))),
  };
}
