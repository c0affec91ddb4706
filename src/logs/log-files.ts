/** Log files, and standard input, line by line; compressed files too. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KnownError } from '../errors.ts';
import { createLineDecoder } from './decode-lines.ts';
import { parseObject } from './entry.ts';
import { createLineBuffer } from './lines.ts';

const CHUNK_BYTES = 256 * 1024;
/** The first bytes of gzip data (RFC 1952). */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** The name of standard input among files. */
export const STDIN = '-';

export function namesOf(files: readonly string[]): string {
  return files.map((file) => (file === STDIN ? 'standard input' : file)).join(', ');
}

/** Some lines of a file, without their newlines. */
export interface LogLines {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * The lines of the files, one file after the other, many lines at a time. What is compressed with gzip is
 * recognized by its first bytes, the json-file format of Docker by its lines.
 *
 * @param onProgress called with the share of the bytes that were read, 0 to 1; never where standard input
 * or a pipe is among the files.
 * @throws KnownError `no-log` for a folder, `bad-log` for gzip data that is damaged or not complete; the
 * system's error where a file can't be read.
 */
export async function* linesOf(
  files: readonly string[],
  onProgress: (share: number) => void,
): AsyncGenerator<LogLines> {
  const sizes = await Promise.all(files.map(sizeOf));
  // NaN where standard input or a pipe is among them, since its size is unknown.
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let bytesBefore = 0;
  for (const [at, file] of files.entries()) {
    const size = sizes[at] as number;
    if (size === 0) {
      continue;
    }
    const raw = openRaw(file, size);
    const buffer = createLineBuffer();
    const { decode, rest } = createLineDecoder();
    for await (const chunk of inflate(raw, file)) {
      yield { file, lines: decode(buffer.push(chunk)) };
      if (totalBytes > 0) {
        onProgress(Math.min(1, (bytesBefore + raw.bytesRead) / totalBytes));
      }
    }
    yield { file, lines: [...decode(buffer.rest()), ...rest()] };
    bytesBefore += raw.bytesRead;
  }
}

/**
 * Files in the order of the first timestamp in each: a rotated log is read from its oldest line to its
 * newest, whatever the names of its files are. Standard input and pipes are last.
 */
export async function inTimeOrder(files: readonly string[]): Promise<string[]> {
  const starts = await Promise.all(
    files.map(async (file) => {
      const isPipe = Number.isNaN(await sizeOf(file));
      return { file, start: isPipe ? LAST : await firstTimestamp(file) };
    }),
  );
  return starts.sort((a, b) => compare(a.start, b.start)).map(({ file }) => file);
}

/** After each timestamp. */
const LAST = '~';

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** ISO 8601; empty where none of the first lines has one. */
async function firstTimestamp(file: string): Promise<string> {
  for await (const { lines } of linesOf([file], () => undefined)) {
    const timestamps = lines.map((line) => parseObject(line)?.fields.timestamp);
    if (lines.length > 0) {
      return timestamps.find((timestamp) => typeof timestamp === 'string') ?? '';
    }
  }
  return '';
}

/** Whether a regular file is compressed, by its first bytes. */
export async function isCompressed(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP_MAGIC.length), 0);
    return buffer.subarray(0, bytesRead).equals(GZIP_MAGIC);
  } finally {
    await handle.close();
  }
}

type RawStream = AsyncIterable<Buffer> & { readonly bytesRead: number };

/**
 * @param size in bytes, NaN where it is not known; lines that are added meanwhile, perhaps because of these,
 * are not read.
 */
function openRaw(file: string, size: number): RawStream {
  const end = Number.isNaN(size) ? {} : { end: size - 1 };
  const stream =
    file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES, ...end });
  return stream as unknown as RawStream;
}

/** The bytes of a file, decompressed where its first bytes say that it is compressed. */
export async function* inflate(raw: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  const chunks = raw[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) {
    return;
  }
  const all = (async function* () {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => chunks };
  })();
  yield* first.value.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC) ? gunzip(all, file) : all;
}

async function* gunzip(compressed: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  const output = createGunzip();
  // An error of either stream is thrown where the output is read.
  pipeline(Readable.from(compressed), output, () => undefined);
  try {
    yield* output;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw code.startsWith('Z_')
      ? new KnownError(
          'bad-log',
          `${namesOf([file])}: damaged or incomplete gzip data (${message})`,
        )
      : error;
  }
}

/** In bytes; NaN for standard input, and for a pipe, which can be read only once. */
async function sizeOf(file: string): Promise<number> {
  if (file === STDIN) {
    return Number.NaN;
  }
  const stats = await stat(file);
  if (stats.isDirectory()) {
    throw new KnownError('no-log', `${file} is a folder; name the log file in it`);
  }
  return stats.isFile() ? stats.size : Number.NaN;
}
