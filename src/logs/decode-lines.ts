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
  const pending = new Map<string, { texts: string[]; length: number }>();
  return {
    unwrap: (line) => {
      const record = line.startsWith(DOCKER_START) ? parseRecord(line) : undefined;
      if (!record) {
        return line;
      }
      const { log, stream } = record;
      const { texts, length } = pending.get(stream) ?? { texts: [], length: 0 };
      texts.push(log);
      if (log.endsWith('\n')) {
        pending.delete(stream);
        return texts.join('').trimEnd();
      }
      // A longer line is not from the log.
      const isTooLong = length + log.length > MAX_LINE_BYTES;
      pending.set(
        stream,
        isTooLong ? { texts: [], length: 0 } : { texts, length: length + log.length },
      );
      return '';
    },
    rest: () => {
      const lines = [...pending.values()].map(({ texts }) => texts.join(''));
      pending.clear();
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
