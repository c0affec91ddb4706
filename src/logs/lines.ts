/** Bytes → whole lines. */

/** A longer line is not from the log: it is dropped, so that memory is bounded. */
export const MAX_LINE_BYTES = 16 * 1024 ** 2;
const NEWLINE = 10;

export interface LineBuffer {
  /**
   * Takes bytes and returns the lines that they complete, each with its newline. The result may share
   * memory with the argument.
   */
  push(bytes: Buffer): Buffer;
  /** Returns the incomplete last line, if any, and forgets it. */
  rest(): Buffer;
}

export function createLineBuffer(): LineBuffer {
  let partial: Buffer[] = [];
  let partialBytes = 0;
  const take = (): Buffer[] => {
    const parts = partialBytes > MAX_LINE_BYTES ? [] : partial;
    partial = [];
    partialBytes = 0;
    return parts;
  };
  return {
    push: (bytes) => {
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const whole = bytes.subarray(0, end);
      const parts = end > 0 ? take() : [];
      const lines = parts.length > 0 ? Buffer.concat([...parts, whole]) : whole;
      if (end < bytes.length) {
        partialBytes += bytes.length - end;
        if (partialBytes <= MAX_LINE_BYTES) {
          partial.push(Buffer.from(bytes.subarray(end)));
        } else {
          partial = [];
        }
      }
      return lines;
    },
    rest: () => Buffer.concat(take()),
  };
}

/**
 * Calls `onLine` with each line, without its newline. In UTF-8 a newline is never part of another
 * character, so lines can be decoded one by one: most are ASCII, which is decoded faster.
 */
export function eachLine(bytes: Buffer, onLine: (line: string) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    onLine(bytes.toString('utf8', start, end));
    start = end + 1;
  }
}
