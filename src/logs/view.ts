/** Lines of the log in, what is shown of them out. */

import { printableJson } from '../terminal/printable.ts';
import { type Entry, parseEntry } from './entry.ts';
import { createFormatter, type Paint } from './entry-line.ts';
import { type Filters, passes } from './filter.ts';
import { eachLine } from './lines.ts';
import { createSummarizer, formatSummary } from './summary.ts';

export interface ViewOptions {
  readonly filters: Filters;
  /** `json`: the lines as they are. */
  readonly output: 'lines' | 'summary';
  readonly json: boolean;
  /** Of what is there at the start, only so many of the last entries that pass; undefined: all. */
  readonly last?: number | undefined;
  readonly paint: Paint;
  /** Columns of the terminal now; undefined where there is no terminal. */
  readonly columns: () => number | undefined;
}

export interface View {
  /** Takes whole lines, and gives what is to be written of them, perhaps nothing. */
  push(lines: Buffer): string;
  /** What was there at the start has been read. */
  caughtUp(): string;
  /** There is no more. */
  end(): string;
  /** Lines so far that are none of the log, blank ones aside. */
  foreign(): number;
}

export function createView(options: ViewOptions): View {
  const { filters, output, last } = options;
  const show = output === 'summary' ? summaryView(options) : lineView(options);
  // The last entries, until it is known which they are.
  let held: Entry[] | undefined = last === undefined ? undefined : [];
  let foreign = 0;

  const hold = (entries: Entry[], count: number): void => {
    // Shortened now and then rather than at each entry.
    if (entries.length > 2 * count + 1_000) {
      entries.splice(0, entries.length - count);
    }
  };
  const release = (): string => {
    const entries = held ?? [];
    held = undefined;
    return entries
      .slice(Math.max(0, entries.length - (last ?? 0)))
      .map(show.entry)
      .join('');
  };
  return {
    push: (lines) => {
      let shown = '';
      eachLine(lines, (line) => {
        const entry = parseEntry(line);
        if (!entry) {
          foreign += line.trim() === '' ? 0 : 1;
        } else if (passes(entry, filters)) {
          if (held) {
            held.push(entry);
          } else {
            shown += show.entry(entry);
          }
        }
      });
      if (held) {
        hold(held, last ?? 0);
      }
      return shown;
    },
    caughtUp: release,
    end: () => release() + show.end(),
    foreign: () => foreign,
  };
}

interface Show {
  entry(entry: Entry): string;
  end(): string;
}

function lineView({ json, paint, columns }: ViewOptions): Show {
  const { format } = createFormatter(paint);
  return {
    entry: (entry) => {
      const width = columns();
      if (!json) {
        return format(entry, width);
      }
      // Programs get the line untouched; a person's terminal must not obey it.
      return `${width === undefined ? entry.line : printableJson(entry.line)}\n`;
    },
    end: () => '',
  };
}

function summaryView({ json, paint, columns }: ViewOptions): Show {
  const { add, summarize } = createSummarizer();
  return {
    entry: (entry) => {
      if (entry.kind === 'prediction') {
        add(entry);
      }
      return '';
    },
    end: () =>
      json
        ? `${JSON.stringify(summarize(), null, 2)}\n`
        : formatSummary(summarize(), paint, columns()),
  };
}
