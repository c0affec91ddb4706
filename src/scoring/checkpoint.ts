/** What is kept beside an output that is not complete, so that an interrupted run can be continued. */
import { open, readFile, rename } from 'node:fs/promises';
import { hasSystemCode, mismatch } from '../errors.ts';
import type { ScoredCounts } from './counts.ts';
import { ScoringError } from './scoring-error.ts';
import type { Position } from './windows.ts';

/** What the output depends on, beside the input: by name, as a message shows it. */
export type OutputOptions = Readonly<Record<string, string>>;

/** How far a run has come. */
export interface Progress extends Position {
  /** Size of the output. */
  readonly bytes: number;
  readonly counts: ScoredCounts;
}

export interface Checkpoint {
  readonly options: OutputOptions;
  readonly progress: Progress;
}

/** Replaces it as a whole: a crash leaves this one or the one before. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const next = `${path}.tmp`;
  const file = await open(next, 'w');
  try {
    await file.writeFile(`${JSON.stringify(checkpoint)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

/** @throws ScoringError `bad-resume` where it is of a run with other options. */
export async function readCheckpoint(
  path: string,
  options: OutputOptions,
): Promise<Checkpoint | undefined> {
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    if (hasSystemCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
  const checkpoint = parse(path, json);
  for (const [name, value] of Object.entries(options)) {
    const before = checkpoint.options[name];
    if (before !== value) {
      const found = `${value}: --force starts again`;
      throw new ScoringError(
        'bad-resume',
        mismatch(`${path}: ${name}`, `that of the interrupted run, ${before}`, found),
      );
    }
  }
  return checkpoint;
}

function parse(path: string, json: string): Checkpoint {
  try {
    const checkpoint = JSON.parse(json) as Checkpoint;
    if (checkpoint.options && Number.isInteger(checkpoint.progress?.bytes)) {
      return checkpoint;
    }
  } catch {
    // The message is the same.
  }
  throw new ScoringError(
    'bad-resume',
    `${path}: not written by this command; --force starts again`,
  );
}
