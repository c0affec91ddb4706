/** What is kept beside an output that is not complete, so that an interrupted run can be continued. */
import { randomUUID } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { mismatch } from '../errors.ts';
import { readIfExists } from '../folders.ts';
import type { ScoredCounts } from './counts.ts';
import { ScoringError } from './scoring-error.ts';
import type { Position, Range } from './windows.ts';

/** What the output depends on, beside the input: by name, as a message shows it. */
export type OutputOptions = Readonly<Record<string, string>>;

/** How far a run has come. */
export interface Progress extends Position {
  /** Size of the output. */
  readonly bytes: number;
  readonly counts: ScoredCounts;
  /** The rows of a shard; without a shard there is none. */
  readonly range?: Range;
}

export interface Checkpoint {
  /** Identifies the run that writes the output: the one that was started last. */
  readonly run: string;
  readonly options: OutputOptions;
  readonly progress: Progress;
}

/** The checkpoints of one run. */
export interface CheckpointWriter {
  /** Replaces the one before as a whole: a crash leaves either. @throws as `assertOwner`. */
  write(progress: Progress): Promise<void>;
  /** @throws ScoringError `bad-output` where the latest checkpoint is of another run. */
  assertOwner(): Promise<void>;
}

/** @param before what is continued. */
export function createCheckpointWriter(
  path: string,
  options: OutputOptions,
  before: Checkpoint | undefined,
): CheckpointWriter {
  const run = randomUUID();
  let owner = before?.run;
  const assertOwner = async (): Promise<void> => {
    const json = await readIfExists(path);
    if (owner !== (json === undefined ? undefined : parse(path, json).run)) {
      throw new ScoringError('bad-output', `${path}: of a run that was started later`);
    }
  };
  return {
    assertOwner,
    write: async (progress) => {
      await assertOwner();
      const checkpoint: Checkpoint = { run, options, progress };
      const next = `${path}.tmp`;
      const file = await open(next, 'w');
      try {
        await file.writeFile(`${JSON.stringify(checkpoint)}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(next, path);
      owner = run;
    },
  };
}

/** @throws ScoringError `bad-resume` where it is of a run with other options. */
export async function readCheckpoint(
  path: string,
  options: OutputOptions,
): Promise<Checkpoint | undefined> {
  const json = await readIfExists(path);
  if (json === undefined) {
    return undefined;
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
