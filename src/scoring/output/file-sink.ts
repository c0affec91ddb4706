/** A file as the output: it has its name once it is complete. */
import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { hasSystemCode, isSystemError, mismatch } from '../../errors.ts';
import { STDIN } from '../../logs/log-files.ts';
import {
  type Checkpoint,
  createCheckpointWriter,
  type OutputOptions,
  readCheckpoint,
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
  const { partial, state } = filesOf(path);
  const found = await identityOf(path);
  const keys = await Promise.all(
    inputs.map(async (input) => (input === STDIN ? undefined : (await identityOf(input))?.key)),
  );
  for (const written of [path, partial, state]) {
    const key = (await identityOf(written))?.key;
    if (key !== undefined && keys.includes(key)) {
      throw fail(`${written} is an input: expected another file for the output`);
    }
  }
  const isInterrupted = (await identityOf(partial)) !== undefined;
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

interface Identity {
  readonly key: string;
  readonly isFile: boolean;
  readonly bytes: number;
}

async function identityOf(path: string): Promise<Identity | undefined> {
  try {
    const stats = await stat(path);
    return { key: keyOf(stats), isFile: stats.isFile(), bytes: stats.size };
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

function keyOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
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
  const { file, before } = await openPartial(path, options, ifExists);
  let bytes = before?.progress.bytes ?? 0;
  let checkpointAt = Number.NEGATIVE_INFINITY;
  let latest = before?.progress;
  const checkpoints = createCheckpointWriter(state, options, before);
  const save = async (): Promise<void> => {
    if (latest) {
      await file.datasync();
      await checkpoints.write(latest);
      latest = undefined;
      checkpointAt = performance.now();
    }
  };
  // Another run that still writes this output ends then.
  await save();
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
      await checkpoints.assertOwner();
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
        if (bytes === 0 && (await isFileAt(file, partial))) {
          // Without a row, there is nothing to resume: the next run is not to be refused because of it.
          await rm(partial);
        }
        await file.close();
      }
    },
  };
}

/** False where another run has put its own file there. */
async function isFileAt(file: FileHandle, path: string): Promise<boolean> {
  return keyOf(await file.stat()) === (await identityOf(path))?.key;
}

async function openPartial(
  path: string,
  options: OutputOptions,
  ifExists: IfExists,
): Promise<{ readonly file: FileHandle; readonly before: Checkpoint | undefined }> {
  const { partial, state } = filesOf(path);
  if (ifExists === 'replace') {
    await rm(partial, { force: true });
  }
  const before = ifExists === 'resume' ? await readInterrupted(path, options) : undefined;
  // Read and write, not truncated: what was written before the checkpoint stays. Without `resume`, of two
  // runs that begin at the same time only one has the file.
  const file = await open(partial, before ? 'r+' : ifExists === 'resume' ? 'w' : 'wx');
  await file.truncate(before?.progress.bytes ?? 0);
  if (!before) {
    // Of an earlier run: it must not be taken for that of this one.
    await rm(state, { force: true });
  }
  return { file, before };
}

/** Where a run was interrupted; undefined where nothing is left of it. */
async function readInterrupted(
  path: string,
  options: OutputOptions,
): Promise<Checkpoint | undefined> {
  const { partial, state } = filesOf(path);
  const checkpoint = await readCheckpoint(state, options);
  const found = await identityOf(partial);
  if (!checkpoint || !found) {
    return undefined;
  }
  const { bytes } = checkpoint.progress;
  if (found.bytes < bytes) {
    const expected = `the ${bytes} bytes that were written before ${state}`;
    const message = mismatch(partial, expected, `${found.bytes}: --force starts again`);
    throw new ScoringError('bad-resume', message);
  }
  return checkpoint;
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
