/** A file as the output: it has its name once it is complete. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { hasSystemCode, isSystemError } from '../../errors.ts';
import { STDIN } from '../../logs/log-files.ts';
import {
  type OutputOptions,
  type Progress,
  readCheckpoint,
  writeCheckpoint,
} from '../checkpoint.ts';
import { ScoringError } from '../scoring-error.ts';
import type { Sink } from './sink.ts';

/** Less of the work is lost where the process is killed. */
const CHECKPOINT_INTERVAL_MS = 1_000;

export type IfExists = 'refuse' | 'replace' | 'resume';

/** The file that has the rows until the output is complete, and the one with the checkpoint. */
function filesOf(path: string): { readonly partial: string; readonly state: string } {
  return { partial: `${path}.partial`, state: `${path}.checkpoint` };
}

/**
 * To be called before any work is done.
 *
 * @returns false where a run is to be resumed that is complete.
 * @throws ScoringError `bad-output` where the file is an input, or exists and must not be replaced.
 */
export async function isOutputNeeded(
  path: string,
  inputs: readonly string[],
  ifExists: IfExists,
): Promise<boolean> {
  const fail = (message: string): ScoringError => new ScoringError('bad-output', message);
  if (/\.gz$/i.test(path)) {
    throw fail(`${path}: the output is not compressed; expected a name without .gz`);
  }
  const found = await identityOf(path);
  for (const input of inputs) {
    if (found && input !== STDIN && (await identityOf(input))?.key === found.key) {
      throw fail(`${path} is an input: expected another file for the output`);
    }
  }
  const isInterrupted = (await identityOf(filesOf(path).partial)) !== undefined;
  if (ifExists === 'resume') {
    return isInterrupted || !found?.isFile;
  }
  if (ifExists === 'refuse' && found?.isFile) {
    throw fail(`${path} exists already; --force replaces it`);
  }
  if (ifExists === 'refuse' && isInterrupted) {
    throw fail(`${path}: a run was interrupted; --resume continues it, --force starts again`);
  }
  return true;
}

async function identityOf(path: string): Promise<{ key: string; isFile: boolean } | undefined> {
  try {
    const stats = await stat(path);
    return { key: `${stats.dev}:${stats.ino}`, isFile: stats.isFile() };
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

/**
 * @param options what the output depends on.
 * @throws ScoringError `bad-resume`; the system's error where the file can't be written.
 */
export async function openOutput(
  path: string,
  options: OutputOptions,
  ifExists: IfExists,
): Promise<Sink> {
  const found = await identityOf(path);
  if (found && !found.isFile) {
    return openDevice(path);
  }
  const { partial, state } = filesOf(path);
  if (ifExists === 'replace') {
    await Promise.all([rm(partial, { force: true }), rm(state, { force: true })]);
  }
  const before = ifExists === 'resume' ? await readCheckpoint(state, options) : undefined;
  // Read and write, not truncated: what was written before the checkpoint stays.
  const file = await open(partial, before ? 'r+' : 'w');
  await file.truncate(before?.progress.bytes ?? 0);
  let bytes = before?.progress.bytes ?? 0;
  let checkpointAt = Number.NEGATIVE_INFINITY;
  let latest: Progress | undefined;
  const save = async (): Promise<void> => {
    if (latest) {
      await file.datasync();
      await writeCheckpoint(state, { options, progress: latest });
      latest = undefined;
      checkpointAt = performance.now();
    }
  };
  return {
    before: before?.progress,
    write: async (text) => {
      bytes += await writeAll(file, text, bytes, partial);
    },
    checkpoint: async (progress) => {
      latest = { ...progress, bytes };
      if (performance.now() - checkpointAt >= CHECKPOINT_INTERVAL_MS) {
        await save();
      }
    },
    complete: async () => {
      await file.datasync();
      await rename(partial, path);
      await rm(state, { force: true });
      latest = undefined;
    },
    close: async () => {
      try {
        await save();
      } catch (error) {
        throw withPath(error, partial);
      } finally {
        await file.close();
      }
    },
  };
}

/** A pipe or a device, such as /dev/null: it can't be resumed. */
async function openDevice(path: string): Promise<Sink> {
  const file = await open(path, 'w');
  return {
    write: (text) =>
      file.writeFile(text).catch((error: unknown) => {
        throw withPath(error, path);
      }),
    checkpoint: async () => undefined,
    complete: async () => undefined,
    close: () => file.close(),
  };
}

/** @returns the number of bytes. @throws the system's error, with the name of the file. */
async function writeAll(
  file: FileHandle,
  text: string,
  position: number,
  path: string,
): Promise<number> {
  const bytes = Buffer.from(text);
  try {
    for (let done = 0; done < bytes.length; ) {
      const rest = bytes.length - done;
      done += (await file.write(bytes, done, rest, position + done)).bytesWritten;
    }
  } catch (error) {
    throw withPath(error, path);
  }
  return bytes.length;
}

/** An error of an open file does not have its name. */
function withPath(error: unknown, path: string): unknown {
  return isSystemError(error) ? Object.assign(error, { path }) : error;
}
