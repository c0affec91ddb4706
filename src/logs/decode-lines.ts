/**
 * Whole lines as bytes → lines of the log. What Docker's json-file driver wrote is unwrapped: it has an object
 * for each line, and several for a line of more than 16 KiB.
 */
import { eachLine, MAX_LINE_BYTES } from './lines.ts';

/** The driver always writes its fields in this order. */
const DOCKER_START = '{"log":"';

export interface LineDecoder {
  /** Takes whole lines. Of those that Docker split, all but the last part are empty: each keeps its number. */
  decode(bytes: Buffer): string[];
  /** The lines whose last part is missing. */
  rest(): string[];
}

export function createLineDecoder(): LineDecoder {
  const { unwrap, rest } = createUnwrapper();
  return {
    rest,
    decode: (bytes) => {
      const lines: string[] = [];
      eachLine(bytes, (line) => lines.push(unwrap(line)));
      return lines;
    },
  };
}

/** For lines one by one, in their order. */
export function createUnwrapper(): { unwrap(line: string): string; rest(): string[] } {
  /** The parts of a line until now, by stream: standard output and standard error are interleaved. */
  const parts = new Map<string, string>();
  return {
    unwrap: (line) => {
      const record = line.startsWith(DOCKER_START) ? parseRecord(line) : undefined;
      if (!record) {
        return line;
      }
      const { log, stream } = record;
      const text = (parts.get(stream) ?? '') + log;
      if (text.endsWith('\n')) {
        parts.delete(stream);
        return text.trimEnd();
      }
      // A longer line is not from the log.
      parts.set(stream, text.length > MAX_LINE_BYTES ? '' : text);
      return '';
    },
    rest: () => {
      const lines = [...parts.values()];
      parts.clear();
      return lines;
    },
  };
}

function parseRecord(line: string): { readonly log: string; readonly stream: string } | undefined {
  try {
    const { log, stream } = JSON.parse(line);
    return typeof log === 'string' && typeof stream === 'string' ? { log, stream } : undefined;
  } catch {
    return undefined;
  }
}
