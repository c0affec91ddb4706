/** Log lines on their way to a target: gathered, written many at a time, in order, within a bound. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Lines that come fast are written together: a write to the system costs as much as several lines. */
const MIN_WRITE_CHARS = 32 * 1024;
const MAX_WRITE_CHARS = 1024 ** 2;
const MAX_WAIT_MS = 50;
const RETRY_DELAY_MS = 500;
/** Lines that can't be written for so long are dropped. */
const MAX_RETRY_MS = 5_000;

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

export interface Line {
  /** With its newline. */
  readonly text: string;
}

export interface LineSinkOptions<L extends Line> {
  readonly target: Target;
  /** Lines that do not fit are dropped: the log must not take the server's memory. */
  readonly maxBufferedChars: number;
  /** Called for each line that is in the target. */
  readonly onWritten: (line: L) => void;
  /** Called for each line that will never be. */
  readonly onDropped: (line: L) => void;
}

export interface LineSink<L extends Line> {
  write(line: L): void;
  reopen(): void;
  /** Resolves when what was written before is in the target or dropped, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  /** Writes what is buffered, for as long as `timeoutMs`; the rest is dropped. */
  close(timeoutMs: number): Promise<void>;
}

export function createLineSink<L extends Line>(options: LineSinkOptions<L>): LineSink<L> {
  const { target, maxBufferedChars } = options;
  const state: State<L> = {
    target,
    buffer: createBuffer<L>(),
    settled: createSettled(options),
    isPumping: false,
    writeNow: undefined,
    isClosing: false,
    isBroken: false,
    failingSince: undefined,
  };
  const { buffer, settled } = state;
  return {
    write: (line) => {
      settled.expect();
      const isFull = buffer.chars() + line.text.length > maxBufferedChars;
      if (state.isBroken || state.isClosing || isFull) {
        settled.dropped([line]);
        return;
      }
      buffer.push(line);
      if (!state.isPumping) {
        state.isPumping = true;
        void pump(state);
      }
      if (buffer.chars() >= MIN_WRITE_CHARS) {
        state.writeNow?.();
      }
    },
    reopen: target.reopen,
    flush: (timeoutMs) => {
      state.writeNow?.();
      return settled.allExpected(timeoutMs);
    },
    close: async (timeoutMs) => {
      state.isClosing = true;
      state.writeNow?.();
      // A write that the system never ends is not waited for.
      await settled.allExpected(timeoutMs);
      state.isBroken = true;
      settled.dropped(buffer.takeAll());
      target.close();
    },
  };
}

interface State<L extends Line> {
  readonly target: Target;
  readonly buffer: LineBuffer<L>;
  readonly settled: ReturnType<typeof createSettled<L>>;
  isPumping: boolean;
  /** Ends the gathering of lines; undefined while none are gathered. */
  writeNow: (() => void) | undefined;
  isClosing: boolean;
  /** Nothing can be written any more. */
  isBroken: boolean;
  /** When the first of the last writes failed that all have failed, milliseconds since 1970. */
  failingSince: number | undefined;
}

/** Writes until nothing is buffered. */
async function pump<L extends Line>(state: State<L>): Promise<void> {
  while (state.buffer.chars() > 0) {
    await gather(state);
    await writeSome(state);
  }
  state.isPumping = false;
}

async function gather<L extends Line>(state: State<L>): Promise<void> {
  if (state.buffer.chars() >= MIN_WRITE_CHARS || state.isClosing) {
    return;
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, MAX_WAIT_MS);
    state.writeNow = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  state.writeNow = undefined;
}

async function writeSome<L extends Line>(state: State<L>): Promise<void> {
  const { target, buffer, settled } = state;
  const lines = buffer.take(MAX_WRITE_CHARS);
  const bytes = Buffer.from(lines.map(({ text }) => text).join(''));
  try {
    await target.write(bytes);
    state.failingSince = undefined;
    settled.written(lines);
  } catch (error) {
    const failure = error instanceof WriteError ? error : new WriteError(error, 0, false);
    const whole = countLines(bytes.subarray(0, failure.written));
    settled.written(lines.slice(0, whole));
    buffer.putBack(lines.slice(whole));
    state.isBroken ||= !failure.isTransient;
    state.failingSince ??= Date.now();
    if (state.isBroken || Date.now() - state.failingSince > MAX_RETRY_MS) {
      settled.dropped(buffer.takeAll());
    } else {
      await sleep(state.isClosing ? MAX_WAIT_MS : RETRY_DELAY_MS);
    }
  }
}

/** Counts lines until each is written or dropped. */
function createSettled<L extends Line>({
  onWritten,
  onDropped,
}: Pick<LineSinkOptions<L>, 'onWritten' | 'onDropped'>) {
  let expected = 0;
  let done = 0;
  let waiting: { readonly goal: number; readonly resolve: () => void }[] = [];
  const settle = (count: number): void => {
    done += count;
    const reached = waiting.filter(({ goal }) => done >= goal);
    waiting = waiting.filter(({ goal }) => done < goal);
    for (const { resolve } of reached) {
      resolve();
    }
  };
  return {
    expect: (): void => {
      expected++;
    },
    written: (lines: readonly L[]): void => {
      lines.forEach(onWritten);
      settle(lines.length);
    },
    dropped: (lines: readonly L[]): void => {
      lines.forEach(onDropped);
      settle(lines.length);
    },
    /** Resolves when all lines so far are written or dropped, or after `timeoutMs`. */
    allExpected: (timeoutMs: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        const onReached = (): void => {
          clearTimeout(timer);
          resolve();
        };
        waiting.push({ goal: expected, resolve: onReached });
        settle(0);
      }),
  };
}

interface LineBuffer<L extends Line> {
  /** UTF-16 code units that are buffered. */
  chars(): number;
  push(line: L): void;
  /** The oldest lines, up to so many code units, at least one. */
  take(maxChars: number): L[];
  takeAll(): L[];
  putBack(lines: readonly L[]): void;
}

function createBuffer<L extends Line>(): LineBuffer<L> {
  let lines: L[] = [];
  let chars = 0;
  const take = (maxChars: number): L[] => {
    let count = 0;
    let takenChars = 0;
    while (count < lines.length && (count === 0 || takenChars < maxChars)) {
      takenChars += (lines[count] as L).text.length;
      count++;
    }
    const taken = lines.slice(0, count);
    lines = lines.slice(count);
    chars -= takenChars;
    return taken;
  };
  return {
    chars: () => chars,
    push: (line) => {
      lines.push(line);
      chars += line.text.length;
    },
    take,
    takeAll: () => take(Number.POSITIVE_INFINITY),
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
