/** Files → scored rows in an output, from the beginning or where an interrupted run ended. */
import { isDeepStrictEqual } from 'node:util';
import type { Progress as CheckpointProgress } from './checkpoint.ts';
import { type Counter, createCounter, type ScoredCounts } from './counts.ts';
import { type ReadOptions, readRows } from './input/read.ts';
import type { ScoringModel } from './model.ts';
import type { RowFormat } from './output/format-rows.ts';
import type { Sink } from './output/sink.ts';
import { type ScoredWindow, type ScoreOptions, scoreWindows } from './score.ts';
import { ScoringError } from './scoring-error.ts';
import { rangeOf, type Shard } from './shard.ts';
import { type Range, WINDOW_ROWS, windowsOf } from './windows.ts';

export interface Progress {
  /** Rows that were written by this run. */
  readonly rows: number;
  /** How much of the work is done, 0 to 1; undefined where that is not known. */
  readonly share: number | undefined;
}

export interface RunOptions
  extends Pick<ScoreOptions, 'maxChars' | 'isStrict' | 'concurrency' | 'signal'> {
  readonly files: readonly string[];
  readonly input: ReadOptions;
  readonly format: RowFormat;
  readonly shard: Shard | undefined;
  readonly sink: Sink;
  readonly onProgress: (progress: Progress) => void;
}

export interface RunResult {
  /** Those of an interrupted run included. */
  readonly counts: ScoredCounts;
  /** Rows that an interrupted run had written. */
  readonly resumedAt: number;
  /** False where it was interrupted. */
  readonly isComplete: boolean;
}

/**
 * @throws ScoringError; KnownError `bad-log` for damaged gzip data; ClassifierError; the system's error
 * where a file can't be read or written.
 */
export async function runScoring(model: ScoringModel, options: RunOptions): Promise<RunResult> {
  const { files, input, format, shard, sink, signal } = options;
  const { before } = sink;
  const range = shard ? rangeOf(shard, await countRows(files, input, signal)) : ALL;
  const counter = createCounter(model.profile, before?.counts);
  if (!signal.aborted) {
    assertSameRange(before, shard && range);
    // Also where no row is missing: the rows are compared with those of the interrupted run.
    let hasHeader = before !== undefined || (shard !== undefined && shard.index > 0);
    await scoreWindows(windowsOf(readRows(files, input), range, before), {
      ...options,
      classifier: model.classifier,
      onWindow: async (window) => {
        const lines = window.scored.map((scored) => format.line(scored, window.columns));
        const header = hasHeader ? '' : format.header(window.columns);
        hasHeader = true;
        await sink.write(header + lines.join(''));
        await report(window, counter, options, range);
      },
    });
  }
  if (!signal.aborted) {
    await sink.complete();
  }
  return {
    counts: counter.counts(),
    resumedAt: before?.counts.rows ?? 0,
    isComplete: !signal.aborted,
  };
}

const ALL: Range = { start: 0, end: Number.POSITIVE_INFINITY };

/**
 * A file without a shard may have grown. Of shards, some may be complete already, with other boundaries.
 *
 * @throws ScoringError `bad-resume`
 */
function assertSameRange(before: CheckpointProgress | undefined, range: Range | undefined): void {
  if (before && range && !isDeepStrictEqual(before.range, range)) {
    throw new ScoringError(
      'bad-resume',
      'the input has another number of rows than in the interrupted run, so the shard has other rows; ' +
        '--force starts again',
    );
  }
}

async function report(
  { scored, end, digest, share }: ScoredWindow,
  counter: Counter,
  { sink, onProgress }: RunOptions,
  range: Range,
): Promise<void> {
  counter.add(scored);
  const counts = counter.counts();
  // Another number of rows is that of the last window: a longer input would go on in it.
  if (end % WINDOW_ROWS === 0) {
    const shardRange = Number.isFinite(range.end) ? { range } : {};
    await sink.checkpoint({ rows: end, digest: digest(), counts, ...shardRange });
  }
  const shareOfRange = Number.isFinite(range.end)
    ? (end - range.start) / (range.end - range.start)
    : share;
  onProgress({ rows: counts.rows - (sink.before?.counts.rows ?? 0), share: shareOfRange });
}

async function countRows(
  files: readonly string[],
  input: ReadOptions,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for await (const { rows } of readRows(files, input)) {
    count += rows.length;
    if (signal.aborted) {
      break;
    }
  }
  return count;
}
