/**
 * A file of texts, found by their hash: one text a line, or JSON lines with `text`. The texts stay in the
 * file; an index of their places is in memory, 32 to 64 bytes for each.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { KnownError, mismatch } from '../errors.ts';
import { createLineBuffer } from '../logs/lines.ts';

const CHUNK_BYTES = 256 * 1024;
const FIRST_READ_BYTES = 4 * 1024;
const NEWLINE = 10;
const GZIP_MAGIC = '1f8b';

export interface TextFile {
  /** @param hash SHA-256 of the text, in lower-case hex. @returns undefined where no line has it. */
  find(hash: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * @throws KnownError `bad-texts` for a folder, a pipe or compressed data, which can't be read at any place;
 * the system's error where the file can't be read.
 */
export async function openTextFile(path: string): Promise<TextFile> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      const found = stats.isDirectory() ? 'a folder' : 'a pipe or a device';
      throw new KnownError('bad-texts', mismatch(path, 'a file of texts', found));
    }
    const index = await indexOf(file, path);
    return {
      find: async (hash) => {
        const offset = index.get(keyOf(Buffer.from(hash, 'hex')));
        const text = offset === undefined ? undefined : textOf(await readLineAt(file, offset));
        return text !== undefined && sha256(text).toString('hex') === hash ? text : undefined;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function indexOf(file: FileHandle, path: string): Promise<OffsetIndex> {
  const index = createOffsetIndex();
  const lines = createLineBuffer();
  const add = (bytes: Buffer, end: number): void => {
    const start = end - bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 ? bytes.length : newline;
      const text = textOf(bytes.toString('utf8', at, lineEnd));
      if (text !== '') {
        index.add(keyOf(sha256(text)), start + at);
      }
      at = lineEnd + 1;
    }
  };
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    const bytes = chunk.subarray(0, bytesRead);
    if (position === 0 && bytes.toString('hex', 0, 2) === GZIP_MAGIC) {
      const expected = 'one text a line, or JSON lines with "text"';
      throw new KnownError('bad-texts', mismatch(path, expected, 'compressed data'));
    }
    if (bytesRead === 0) {
      add(lines.rest(), position);
      return index;
    }
    add(lines.push(bytes), position + bytes.lastIndexOf(NEWLINE) + 1);
    position += bytesRead;
  }
}

/** The text of a line; a carriage return before its line feed is not part of it. */
function textOf(line: string): string {
  if (line.startsWith('{')) {
    try {
      const { text } = JSON.parse(line) as { text?: unknown };
      if (typeof text === 'string') {
        return text;
      }
    } catch {
      // A text that begins with a brace.
    }
  }
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

async function readLineAt(file: FileHandle, offset: number): Promise<string> {
  for (let size = FIRST_READ_BYTES; ; size *= 4) {
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, offset);
    const newline = buffer.indexOf(NEWLINE);
    if (newline >= 0 || bytesRead < size) {
      return buffer.toString('utf8', 0, newline >= 0 ? newline : bytesRead);
    }
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The first 53 bits of a hash, which a number has room for; 0 marks a free place of the index. */
function keyOf(hash: Buffer): number {
  return hash.readUInt32BE(0) * 2 ** 21 + (hash.readUInt32BE(4) >>> 11) || 1;
}

/** Keys → offsets, in two arrays of numbers (open addressing). */
interface OffsetIndex {
  /** Where the key is known, its first offset stays. */
  add(key: number, offset: number): void;
  get(key: number): number | undefined;
}

const FIRST_CAPACITY = 1024;

function createOffsetIndex(): OffsetIndex {
  let keys = new Float64Array(FIRST_CAPACITY);
  let offsets = new Float64Array(FIRST_CAPACITY);
  let size = 0;
  const placeOf = (key: number): number => {
    // Keys are parts of a hash: their last bits are evenly distributed.
    let place = key % keys.length;
    while (keys[place] !== 0 && keys[place] !== key) {
      place = (place + 1) % keys.length;
    }
    return place;
  };
  const put = (key: number, offset: number): void => {
    const place = placeOf(key);
    if (keys[place] === 0) {
      keys[place] = key;
      offsets[place] = offset;
      size += 1;
    }
  };
  const grow = (): void => {
    const [oldKeys, oldOffsets] = [keys, offsets];
    keys = new Float64Array(oldKeys.length * 2);
    offsets = new Float64Array(oldKeys.length * 2);
    size = 0;
    oldKeys.forEach((key, place) => {
      if (key !== 0) {
        put(key, oldOffsets[place] as number);
      }
    });
  };
  return {
    add: (key, offset) => {
      if (size * 2 >= keys.length) {
        grow();
      }
      put(key, offset);
    },
    get: (key) => {
      const place = placeOf(key);
      return keys[place] === key ? offsets[place] : undefined;
    },
  };
}
