/** Windows of rows → scored rows, in their order, while the workers never wait for a window to end. */
import type { BulkClassifier } from '../inference/bulk.ts';
import { textProblem } from '../serving/input-limits.ts';
import type { RowFormat } from './output/format-rows.ts';
import type { ScoredRow } from './scored-row.ts';
import { ScoringError } from './scoring-error.ts';
import { type PlacedRow, placeOf, type Window } from './windows.ts';

export interface ScoredWindow extends Window {
  readonly scored: readonly ScoredRow[];
}

export interface ScoreOptions {
  readonly classifier: Pick<BulkClassifier, 'classify'>;
  readonly format: Pick<RowFormat, 'problemOf'>;
  /** Maximum number of characters of a text. */
  readonly maxChars: number;
  /** A text that can't be classified ends the run. */
  readonly isStrict: boolean;
  /** Windows that are classified at the same time. */
  readonly concurrency: number;
  /** No further window is read. */
  readonly signal: AbortSignal;
  /** Receives one window after the other; the next ones are classified meanwhile. */
  readonly onWindow: (window: ScoredWindow) => Promise<void>;
}

/**
 * What was read before an error of the input is classified and written before the error is thrown.
 *
 * @throws ScoringError `bad-row` where it is strict; the errors of the input, of the classifier and of
 * `onWindow`.
 */
export async function scoreWindows(
  windows: AsyncIterable<Window>,
  options: ScoreOptions,
): Promise<void> {
  const { concurrency, signal, onWindow } = options;
  const running: Promise<ScoredWindow>[] = [];
  const writeFirst = async (): Promise<void> => {
    await onWindow(await (running.shift() as Promise<ScoredWindow>));
  };
  let inputError: unknown;
  const source = windows[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const { value: window, done } = await source.next().catch((error: unknown) => {
        // Standard input is closed where the run is interrupted.
        inputError = signal.aborted ? undefined : error;
        return { value: undefined, done: true };
      });
      if (done || !window) {
        break;
      }
      const scoring = scoreWindow(window, options);
      // It is thrown where the window is written.
      scoring.catch(() => undefined);
      running.push(scoring);
      if (running.length >= concurrency) {
        await writeFirst();
      }
    }
    while (running.length > 0) {
      await writeFirst();
    }
  } finally {
    await source.return?.();
  }
  if (inputError !== undefined) {
    throw inputError;
  }
}

async function scoreWindow(window: Window, options: ScoreOptions): Promise<ScoredWindow> {
  const { classifier, format, isStrict, maxChars } = options;
  const { rows, columns } = window;
  const errors = rows.map(
    (row) => row.error ?? format.problemOf(row, columns) ?? problemOf(row.text as string, maxChars),
  );
  const wrong = isStrict ? errors.findIndex((error) => error !== undefined) : -1;
  if (wrong >= 0) {
    throw new ScoringError('bad-row', `${placeOf(rows[wrong] as PlacedRow)}: ${errors[wrong]}`);
  }
  const valid = rows.filter((_, at) => errors[at] === undefined);
  const classifications = await classifier.classify(valid.map(({ text }) => text as string));
  const found = new Map(valid.map((row, at) => [row, classifications[at]]));
  const scored = rows.map((row, at) => ({
    row,
    classification: found.get(row),
    error: errors[at],
  }));
  return { ...window, scored };
}

function problemOf(text: string, maxChars: number): string | undefined {
  const problem = textProblem(text, maxChars);
  return problem && `the text ${problem}`;
}
