/** Reads the files of a version at once. */
import { assertProven, type Version } from '../../version/version.ts';
import type { Repository } from '../git.ts';
import { readBlobs } from '../objects.ts';

/** A larger file is read alone, if at all. */
const MAX_BYTES = 16 * 1024 ** 2;

/** The same version, whose files are read by one process of git instead of several for each. */
export async function withBlobsOf(repository: Repository, version: Version): Promise<Version> {
  const files = version.files.filter(({ lfs, size }) => !lfs && size <= MAX_BYTES);
  const blobs = await readBlobs(
    repository,
    files.map(({ blob }) => blob),
  );
  const byPath = new Map(
    files.map((file, index) => [file.path, { file, bytes: blobs[index] as Buffer }]),
  );
  return {
    ...version,
    async read(path) {
      const found = byPath.get(path);
      if (!found) {
        return version.read(path);
      }
      assertProven(found.file, found.bytes, version.commit);
      return found.bytes;
    },
  };
}
