/** Files are written to a staging directory and renamed, so that no reader ever finds an incomplete one. */
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../folders.ts';

const PREFIX = '.staging-';
const HEARTBEAT_MS = 60_000;
/** A directory without a heartbeat for this long was left by a process that was killed. */
const ABANDONED_MS = 10 * HEARTBEAT_MS;

/**
 * Runs work with a temporary directory below `parent`, from where files can be renamed, and removes the
 * directory afterwards.
 *
 * Directories that killed processes left are removed as well. They are recognised by their age, since
 * their processes may have run in other containers or on other machines.
 *
 * @throws the system's error where `parent` is not writable.
 */
export async function withStagingDirectory<T>(
  parent: string,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  await makeFolder(parent);
  const staging = await createDirectory(parent, PREFIX);
  try {
    return await work(staging.path);
  } finally {
    await staging.remove();
  }
}

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** No other program names a file so, and it is removed by this name. */
const TEMPORARY_PREFIX = '.tweet-sentiment-staging-';

/** Creates a directory in the system's folder for temporary files, and removes those that killed processes left. */
export function createTemporaryDirectory(): Promise<TemporaryDirectory> {
  return createDirectory(tmpdir(), TEMPORARY_PREFIX);
}

async function createDirectory(parent: string, prefix: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(parent, prefix));
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  await removeAbandoned(parent, prefix);
  return {
    path,
    remove: async () => {
      clearInterval(heartbeat);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeAbandoned(parent: string, prefix: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      // Another process may remove it at the same time, or another user owns it.
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isDirectory() && Date.now() - stats.mtimeMs > ABANDONED_MS) {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
      }
    }),
  );
}
