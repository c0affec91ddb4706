/** winston, one JSON object a line, to standard output and to a rotated file. */

import winston from 'winston';
import Transport from 'winston-transport';
import { describeSystemError, isSystemError, KnownError } from '../../errors.ts';
import { printableJson } from '../../terminal/printable.ts';
import { createFileTarget } from './file-target.ts';
import { createLineSink, type Line, type LineSink, type Target } from './line-sink.ts';
import { createStdoutTarget } from './stdout-target.ts';

/** A sink that is too slow loses lines; it must not take the server's memory. */
const MAX_BUFFERED_CHARS = 32 * 1024 ** 2;
const MAX_FILE_BYTES = 64 * 1024 ** 2;
const MAX_FILES = 10;
const PREDICTION = 'prediction';

export type Level = 'error' | 'warn' | 'info' | 'debug';

export interface LogOptions {
  readonly level: Level;
  readonly file?: string | undefined;
  /** A prediction's line has been written to every sink. */
  readonly onPredictionLine: () => void;
  /** A line is lost: not all sinks have it. Called once for each line. */
  readonly onDrop: (isPrediction: boolean) => void;
}

export interface Log {
  /** One line: its time, its level, `event`, and then the fields in their order. */
  write(level: Level, event: string, fields: object): void;
  /** A line that another process's log has formatted. @returns whether it is that of a prediction. */
  pass(line: string): boolean;
  /** Opens LOG_FILE anew, after another program has renamed it. */
  reopen(): void;
  /** Resolves when what was written before is in the sinks, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
  /** Writes what is buffered for as long as `timeoutMs`. Nothing may be written after. */
  close(timeoutMs: number): Promise<void>;
}

/** @throws KnownError where LOG_FILE can't be opened. */
export async function createLog(options: LogOptions): Promise<Log> {
  const { level, file } = options;
  const targets = [createStdoutTarget()];
  if (file !== undefined) {
    const limits = { maxBytes: MAX_FILE_BYTES, maxFiles: MAX_FILES };
    const target = createFileTarget({ path: file, ...limits }).catch((error: Error) => {
      const reason = isSystemError(error) ? describeSystemError(error) : error.message;
      throw new KnownError('log-file', `LOG_FILE ${file} can't be opened: ${reason}`, {
        cause: error,
      });
    });
    targets.push(await target);
  }
  const sinks = createSinks(targets, options);
  const logger = winston.createLogger({
    level,
    format: winston.format.printf(({ level: name, message }) => {
      const { event, fields } = message as unknown as { event: string; fields: object };
      return formatLine(name, event, fields);
    }),
    transports: [new SinkTransport((text, event) => sinks.write(text, event === PREDICTION))],
  });
  return {
    write: (lineLevel, event, fields) => {
      // winston passes an object on unchanged, although its types do not allow one.
      logger.log({ level: lineLevel, message: { event, fields } as unknown as string });
    },
    pass: (line) => {
      const isPrediction = isPredictionLine(line);
      sinks.write(line, isPrediction);
      return isPrediction;
    },
    reopen: sinks.reopen,
    flush: sinks.flush,
    close: async (timeoutMs) => {
      logger.close();
      await sinks.close(timeoutMs);
    },
  };
}

/** A line of the log, without its newline. */
export function formatLine(level: string, event: string, fields: object): string {
  const head = JSON.stringify({ timestamp: new Date().toISOString(), level, event });
  const tail = JSON.stringify(fields);
  // Joined as text: copying a prediction's fields into another object takes as long as formatting them.
  return printableJson(tail === '{}' ? head : `${head.slice(0, -1)},${tail.slice(1)}`);
}

/** `formatLine` puts the event behind time and level. */
function isPredictionLine(line: string): boolean {
  return line.slice(0, 100).includes(`"event":"${PREDICTION}"`);
}

interface Sinks {
  write(text: string, isPrediction: boolean): void;
  reopen(): void;
  flush(timeoutMs: number): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

/** A line that several sinks write. */
interface SharedLine extends Line {
  readonly isPrediction: boolean;
  /** Sinks that have not written it yet. */
  missing: number;
  isLost: boolean;
}

function createSinks(
  targets: readonly Target[],
  { onPredictionLine, onDrop }: Pick<LogOptions, 'onPredictionLine' | 'onDrop'>,
): Sinks {
  const sinks: readonly LineSink<SharedLine>[] = targets.map((target) =>
    createLineSink({
      target,
      maxBufferedChars: MAX_BUFFERED_CHARS,
      onWritten: (line) => {
        line.missing--;
        if (line.missing === 0 && line.isPrediction) {
          onPredictionLine();
        }
      },
      onDropped: (line) => {
        if (!line.isLost) {
          line.isLost = true;
          onDrop(line.isPrediction);
        }
      },
    }),
  );
  const all = async (act: (sink: LineSink<SharedLine>) => Promise<void>): Promise<void> => {
    await Promise.all(sinks.map(act));
  };
  return {
    write: (text, isPrediction) => {
      const line = { text: `${text}\n`, isPrediction, missing: sinks.length, isLost: false };
      for (const sink of sinks) {
        sink.write(line);
      }
    },
    reopen: () => {
      for (const sink of sinks) {
        sink.reopen();
      }
    },
    flush: (timeoutMs) => all((sink) => sink.flush(timeoutMs)),
    close: (timeoutMs) => all((sink) => sink.close(timeoutMs)),
  };
}

/** Symbol under which winston keeps the formatted line (`MESSAGE` of the package triple-beam). */
const LINE = Symbol.for('message');

class SinkTransport extends Transport {
  readonly #write: (text: string, event: string) => void;

  constructor(write: (text: string, event: string) => void) {
    super();
    this.#write = write;
  }

  override log(info: { [LINE]: string; message: { event: string } }, next: () => void): void {
    this.#write(info[LINE], info.message.event);
    next();
  }
}
