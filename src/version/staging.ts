/** Files are written to a staging directory and renamed, so that no reader ever finds an incomplete one. */
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
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
  const staging = await mkdtemp(join(parent, PREFIX));
  const heartbeat = setInterval(() => {
    utimes(staging, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    await removeAbandoned(parent);
    return await work(staging);
  } finally {
    clearInterval(heartbeat);
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX));
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      // Another process may remove it at the same time.
      const stats = await stat(path).catch(() => undefined);
      if (stats && Date.now() - stats.mtimeMs > ABANDONED_MS) {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
      }
    }),
  );
}
