/** Lines of the log → what is shown of them. */

import type { Paint } from '../terminal/paint.ts';
import { printableJson } from '../terminal/printable.ts';
import { type Entry, parseEntry } from './entry.ts';
import { createEntryFormatter } from './entry-line.ts';
import { type Filters, isSince, passes } from './filter.ts';
import { createFilterCheck } from './filter-check.ts';
import { createSummarizer } from './summary.ts';
import { formatSummary } from './summary-table.ts';

export interface ViewOptions {
  readonly filters: Filters;
  readonly output: 'lines' | 'summary';
  /** Entries as their lines in the log, the summary as JSON. */
  readonly json: boolean;
  /** How many of the last entries that pass are shown of the initial content; undefined: all. */
  readonly last?: number | undefined;
  readonly paint: Paint;
  /** Returns the current width of the terminal; undefined where there is no terminal. */
  readonly columns: () => number | undefined;
}

/** Each function returns what is to be written now, perhaps nothing. */
export interface View {
  push(lines: readonly string[]): string;
  /** The initial content of the log has been read. */
  caughtUp(): string;
  /** There are no more lines. */
  end(): string;
  /** How many lines were not from the log; blank lines are not counted. */
  foreignLines(): number;
  /** What no prediction until now could pass. */
  filterMessages(): string[];
}

export function createView(options: ViewOptions): View {
  const output =
    options.output === 'summary' ? createSummaryOutput(options) : createLineOutput(options);
  const initial = createLastEntries(options.last);
  const check = createFilterCheck(options.filters);
  let foreign = 0;

  const showInitial = (): string => initial.release().map(output.onEntry).join('');
  return {
    push: (lines) => {
      let shown = '';
      for (const line of lines) {
        const entry = parseEntry(line);
        if (!entry) {
          foreign += line.trim() === '' ? 0 : 1;
          continue;
        }
        if (entry.kind === 'prediction' && isSince(entry, options.filters)) {
          check.add(entry);
        }
        if (passes(entry, options.filters) && !initial.keep(entry)) {
          shown += output.onEntry(entry);
        }
      }
      return shown;
    },
    caughtUp: showInitial,
    end: () => showInitial() + output.onEnd(),
    foreignLines: () => foreign,
    filterMessages: check.messages,
  };
}

/** The last entries of the initial content, which are known only when all of it has been read. */
interface LastEntries {
  /** @returns false where the entry is not kept but shown at once. */
  keep(entry: Entry): boolean;
  /** Ends the initial content. */
  release(): readonly Entry[];
}

function createLastEntries(count: number | undefined): LastEntries {
  let kept: Entry[] | undefined = count === undefined ? undefined : [];
  const last = (entries: Entry[]): Entry[] =>
    entries.slice(Math.max(0, entries.length - (count ?? 0)));
  return {
    keep: (entry) => {
      kept?.push(entry);
      // Shortened from time to time, which is cheaper than at each entry.
      if (kept && kept.length > 2 * (count ?? 0) + 1_000) {
        kept = last(kept);
      }
      return kept !== undefined;
    },
    release: () => {
      const entries = last(kept ?? []);
      kept = undefined;
      return entries;
    },
  };
}

/** What is written for an entry, and at the end. */
interface Output {
  onEntry(entry: Entry): string;
  onEnd(): string;
}

function createLineOutput({ json, paint, columns }: ViewOptions): Output {
  const { format } = createEntryFormatter(paint);
  return {
    onEntry: (entry) => {
      const width = columns();
      if (!json) {
        return format(entry, width);
      }
      // A program gets the line unchanged; a terminal must not interpret it.
      return `${width === undefined ? entry.line : printableJson(entry.line)}\n`;
    },
    onEnd: () => '',
  };
}

function createSummaryOutput({ json, paint, columns }: ViewOptions): Output {
  const { add, summarize } = createSummarizer();
  return {
    onEntry: (entry) => {
      if (entry.kind === 'prediction') {
        add(entry);
      }
      return '';
    },
    onEnd: () =>
      json
        ? `${printableJson(JSON.stringify(summarize(), null, 2))}\n`
        : formatSummary(summarize(), paint, columns()),
  };
}
