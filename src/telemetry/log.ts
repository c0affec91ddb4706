/** winston, one JSON object a line, to standard output and to a rotated file. */
import { basename, dirname } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import sonicBoom from 'sonic-boom';
import winston from 'winston';
import Transport from 'winston-transport';

/** A sink that can't keep up loses lines rather than the server its memory. */
const MAX_BUFFERED_BYTES = 16 * 1024 ** 2;
/** A write to the system costs as much as a line does: lines that come fast go together. */
const MIN_WRITE_BYTES = 8 * 1024;
const LONGEST_WAIT_MS = 50;
const ROTATE_AT = '64M';
const OLD_FILES = 10;
const REOPEN_AFTER_MS = 5_000;

export interface LogOptions {
  readonly level: string;
  readonly file?: string | undefined;
  /** A sink lost a line: its buffer was full, or it could not be written. */
  readonly onDrop: () => void;
}

export interface Log {
  /** One line: its time, its level, `event`, and then the fields as they stand. */
  write(level: 'error' | 'warn' | 'info' | 'debug', event: string, fields: object): void;
  /** A line that another process's log has made. */
  pass(line: string): void;
  /** Writes out what is buffered. Nothing may be written after. */
  close(): Promise<void>;
}

/** Where lines go: buffered, written in the background, many at a time when they come fast. */
interface Sink {
  write(line: string): void;
  close(): Promise<void>;
}

/** @throws the system's error where the file can't be written. */
export async function createLog({ level, file, onDrop }: LogOptions): Promise<Log> {
  const sinks = [stdoutSink(onDrop)];
  if (file !== undefined) {
    sinks.push(await fileSink(file, onDrop));
  }
  const logger = winston.createLogger({
    level,
    format: winston.format.printf(({ level: name, message }) => {
      const { event, fields } = message as unknown as { event: string; fields: object };
      const head = JSON.stringify({ timestamp: new Date().toISOString(), level: name, event });
      const tail = JSON.stringify(fields);
      // Joined as text: copying a prediction's fields into another object takes as long again.
      return tail === '{}' ? head : `${head.slice(0, -1)},${tail.slice(1)}`;
    }),
    transports: sinks.map((sink) => new SinkTransport(sink)),
  });
  return {
    write: (lineLevel, event, fields) => {
      // winston passes an object on unchanged, although its types do not allow one.
      logger.log({ level: lineLevel, message: { event, fields } as unknown as string });
    },
    pass: (line) => {
      for (const sink of sinks) {
        sink.write(`${line}\n`);
      }
    },
    close: async () => {
      const finished = new Promise((resolve) => logger.once('finish', resolve));
      logger.end();
      await finished;
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** Symbol under which winston keeps the formatted line (`MESSAGE` of the package triple-beam). */
const LINE = Symbol.for('message');

class SinkTransport extends Transport {
  readonly #sink: Sink;

  constructor(sink: Sink) {
    super();
    this.#sink = sink;
  }

  override log(info: { [LINE]: string }, next: () => void): void {
    this.#sink.write(`${info[LINE]}\n`);
    next();
  }
}

function stdoutSink(onDrop: () => void): Sink {
  const stream = new sonicBoom.SonicBoom({
    fd: process.stdout.fd,
    sync: false,
    minLength: MIN_WRITE_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
  });
  stream.on('drop', onDrop);
  // The reader has gone (EPIPE) or the disk behind a redirection is full: serving goes on.
  stream.on('error', onDrop);
  // Its own `periodicFlush` wakes the process twenty times a second, also while nothing is written.
  let flushing: NodeJS.Timeout | undefined;
  const flush = (): void => {
    flushing = undefined;
    stream.flush();
  };
  return {
    write: (line) => {
      stream.write(line);
      flushing ??= setTimeout(flush, LONGEST_WAIT_MS);
    },
    close: () =>
      new Promise((resolve) => {
        clearTimeout(flushing);
        stream.once('close', resolve);
        stream.once('error', resolve);
        stream.end();
      }),
  };
}

async function fileSink(path: string, onDrop: () => void): Promise<Sink> {
  let stream = createFile();
  await new Promise((resolve, reject) => {
    stream.once('open', resolve);
    stream.once('error', reject);
  });

  function createFile(): RotatingFileStream {
    const file = createStream(basename(path), {
      path: dirname(path),
      size: ROTATE_AT,
      rotate: OLD_FILES,
    });
    // An error ends the stream; the disk may have room again later. Lines are counted one by one.
    file.on('error', () => {
      setTimeout(() => {
        stream = createFile();
      }, REOPEN_AFTER_MS).unref();
    });
    return file;
  }

  return {
    write: (line) => {
      if (stream.writableLength > MAX_BUFFERED_BYTES) {
        onDrop();
      } else {
        stream.write(line, (error) => {
          if (error) {
            onDrop();
          }
        });
      }
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
