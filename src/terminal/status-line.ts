/** The last line of a terminal, drawn again and again while a command works. */
import { progressBar } from './bars.ts';
import { cutTo } from './columns.ts';

/** Of a terminal that does not know its width. */
const DEFAULT_COLUMNS = 80;
const FRAME_MS = 100;
const ERASE_TO_END = '\x1b[K';

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

export interface StatusLine {
  /** Draws the line, ten times per second at most. @param format called only where it is drawn. */
  draw(format: () => string): void;
  /** Removes the line. */
  clear(): void;
}

/** @param terminal where it is a file or a pipe, nothing is drawn. */
export function createStatusLine(terminal: Terminal): StatusLine {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    draw: (format) => {
      const now = performance.now();
      if (terminal.isTTY && now - drawnAt >= FRAME_MS) {
        drawnAt = now;
        // The last column stays free: some terminals break the line after it.
        const line = cutTo(format(), (terminal.columns || DEFAULT_COLUMNS) - 1);
        terminal.write(`\r${line}${ERASE_TO_END}`);
      }
    },
    clear: () => {
      if (terminal.isTTY && drawnAt > 0) {
        terminal.write(`\r${ERASE_TO_END}`);
      }
    },
  };
}

const BAR_CELLS = 30;
/** Shorter work needs no bar. */
const DELAY_MS = 2_000;

/** A progress bar, once the work has taken two seconds; it goes when the work is done. */
export function createProgressBar(terminal: Terminal): (done: number, total: number) => void {
  const line = createStatusLine(terminal);
  const start = performance.now();
  return (done, total) => {
    if (done >= total) {
      line.clear();
    } else if (performance.now() - start > DELAY_MS) {
      line.draw(() => `${progressBar(done / total, BAR_CELLS)} ${done}/${total}`);
    }
  };
}
