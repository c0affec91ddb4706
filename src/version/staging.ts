/** Files are written in a staging directory and renamed, so that each appears whole at its place or not at all. */
import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = '.staging-';
const HEARTBEAT_MS = 60_000;
/** A folder without a heartbeat for this long has been left by a process that was killed. */
const ABANDONED_MS = 10 * HEARTBEAT_MS;

/**
 * Gives work a folder of its own below `parent`, from where it can rename, and removes it after.
 *
 * What killed processes left is removed too. They are told by their age, not by a process id: the
 * processes may be in other containers, or on other machines.
 *
 * @throws the system's error where `parent` can't be written.
 */
export async function withStagingDirectory<T>(
  parent: string,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
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
      // Another process may be removing it as well.
      const found = await stat(path).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > ABANDONED_MS) {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
      }
    }),
  );
}
