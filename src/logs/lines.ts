/** Bytes → whole lines. */

/** What is longer is no line of the log: it is dropped rather than kept in memory. */
const MAX_LINE_BYTES = 16 * 1024 ** 2;
const NEWLINE = 10;

export interface LineBuffer {
  /**
   * Takes bytes and gives the lines that have become whole, each with its newline. They may be the
   * same memory.
   */
  push(bytes: Buffer): Buffer;
  /** The begun line, if any; it is forgotten. */
  rest(): Buffer;
}

export function createLineBuffer(): LineBuffer {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  const take = (): Buffer[] => {
    const parts = begunBytes > MAX_LINE_BYTES ? [] : begun;
    begun = [];
    begunBytes = 0;
    return parts;
  };
  return {
    push: (bytes) => {
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const whole = bytes.subarray(0, end);
      const parts = end > 0 ? take() : [];
      const lines = parts.length > 0 ? Buffer.concat([...parts, whole]) : whole;
      if (end < bytes.length) {
        begunBytes += bytes.length - end;
        if (begunBytes <= MAX_LINE_BYTES) {
          begun.push(Buffer.from(bytes.subarray(end)));
        } else {
          begun = [];
        }
      }
      return lines;
    },
    rest: () => Buffer.concat(take()),
  };
}

/**
 * Calls back with each line, without its newline. A newline is never part of a character in UTF-8,
 * so each line is decoded alone: most are ASCII, which costs half.
 */
export function eachLine(bytes: Buffer, use: (line: string) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    use(bytes.toString('utf8', start, end));
    start = end + 1;
  }
}
