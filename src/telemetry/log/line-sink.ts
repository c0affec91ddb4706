/** Log lines on their way to a target: gathered, written many at a time, in order, within a bound. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Lines that come fast are written together: a write to the system costs as much as several lines. */
const MIN_WRITE_CHARS = 32 * 1024;
const MAX_WRITE_CHARS = 1024 ** 2;
const MAX_WAIT_MS = 50;
const RETRY_DELAY_MS = 500;

/** Where bytes are written to. */
export interface Target {
  /**
   * Writes whole lines. A line that an earlier failure has left incomplete is completed or removed first,
   * so that the next one begins on a line of its own.
   *
   * @throws WriteError, telling how many of the bytes were written.
   */
  write(bytes: Buffer): Promise<void>;
  /** Opens the file anew before the next write; a pipe has nothing to open. */
  reopen(): void;
  /** Nothing is written after. */
  close(): void;
}

export class WriteError extends Error {
  override readonly name = 'WriteError';
  /** How many of the bytes are in the target. */
  readonly written: number;
  /** False where nothing can be written any more, such as to a pipe that nobody reads from. */
  readonly isTransient: boolean;

  constructor(cause: unknown, written: number, isTransient: boolean) {
    super((cause as Error).message, { cause });
    this.written = written;
    this.isTransient = isTransient;
  }
}

export interface LineSinkOptions {
  readonly target: Target;
  /** Lines that do not fit are dropped: the log must not take the server's memory. */
  readonly maxBufferedChars: number;
  /** Called with lines that are in the target. */
  readonly onWritten: (lines: readonly Line[]) => void;
  /** Called with lines that will never be. */
  readonly onDropped: (lines: readonly Line[]) => void;
}

export interface Line {
  /** With its newline. */
  readonly text: string;
  readonly isPrediction: boolean;
}

export interface LineSink {
  write(line: Line): void;
  reopen(): void;
  /** Writes what is buffered, for as long as `timeoutMs`; the rest is dropped. */
  close(timeoutMs: number): Promise<void>;
}

export function createLineSink(options: LineSinkOptions): LineSink {
  const { target, maxBufferedChars, onWritten } = options;
  const buffer = createBuffer();
  let pumping: Promise<void> | undefined;
  /** Ends the gathering of lines; undefined while none are gathered. */
  let writeNow: (() => void) | undefined;
  /** When what is still buffered is dropped; undefined until the sink is closed. */
  let deadline: number | undefined;
  let isBroken = false;

  const drop = (lines: readonly Line[]): void => {
    if (lines.length > 0) {
      options.onDropped(lines);
    }
  };

  /** @returns whether the target has taken all that it was given. */
  const writeSome = async (): Promise<boolean> => {
    const lines = buffer.take(MAX_WRITE_CHARS);
    const bytes = Buffer.from(lines.map(({ text }) => text).join(''));
    try {
      await target.write(bytes);
      onWritten(lines);
      return true;
    } catch (error) {
      const failure = error instanceof WriteError ? error : new WriteError(error, 0, false);
      const whole = countLines(bytes.subarray(0, failure.written));
      onWritten(lines.slice(0, whole));
      buffer.putBack(lines.slice(whole));
      isBroken = !failure.isTransient;
      return false;
    }
  };

  const pump = async (): Promise<void> => {
    while (buffer.chars() > 0 && !isBroken && Date.now() < (deadline ?? Number.POSITIVE_INFINITY)) {
      if (buffer.chars() < MIN_WRITE_CHARS && deadline === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, MAX_WAIT_MS);
          writeNow = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        writeNow = undefined;
      }
      if (!(await writeSome()) && !isBroken) {
        await sleep(deadline === undefined ? RETRY_DELAY_MS : MAX_WAIT_MS);
      }
    }
    if (isBroken || deadline !== undefined) {
      drop(buffer.take(Number.POSITIVE_INFINITY));
    }
    pumping = undefined;
  };

  return {
    write: (line) => {
      if (isBroken || deadline !== undefined) {
        drop([line]);
        return;
      }
      if (buffer.chars() + line.text.length > maxBufferedChars) {
        drop([line]);
        return;
      }
      buffer.push(line);
      pumping ??= pump();
      if (buffer.chars() >= MIN_WRITE_CHARS) {
        writeNow?.();
      }
    },
    reopen: target.reopen,
    close: async (timeoutMs) => {
      deadline = Date.now() + timeoutMs;
      writeNow?.();
      // A write that the system never ends is not waited for.
      await Promise.race([pumping, sleep(timeoutMs)]);
      isBroken = true;
      drop(buffer.take(Number.POSITIVE_INFINITY));
      target.close();
    },
  };
}

interface LineBuffer {
  /** UTF-16 code units that are buffered. */
  chars(): number;
  push(line: Line): void;
  /** The oldest lines, up to so many code units, at least one. */
  take(maxChars: number): Line[];
  putBack(lines: readonly Line[]): void;
}

function createBuffer(): LineBuffer {
  let lines: Line[] = [];
  let chars = 0;
  return {
    chars: () => chars,
    push: (line) => {
      lines.push(line);
      chars += line.text.length;
    },
    take: (maxChars) => {
      let count = 0;
      let takenChars = 0;
      while (count < lines.length && (count === 0 || takenChars < maxChars)) {
        takenChars += (lines[count] as Line).text.length;
        count++;
      }
      const taken = lines.slice(0, count);
      lines = lines.slice(count);
      chars -= takenChars;
      return taken;
    },
    putBack: (returned) => {
      lines = [...returned, ...lines];
      chars += returned.reduce((sum, { text }) => sum + text.length, 0);
    },
  };
}

const NEWLINE = 10;

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    count++;
  }
  return count;
}
