/** An entry of the log → a line for people. */
import type { styleText } from 'node:util';
import { columnsOf, cutTo, isolate, printable } from '../terminal/printable.ts';
import type { Entry, EventEntry, PredictionEntry } from './entry.ts';

export type Style = Parameters<typeof styleText>[0];
/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

type Cell = readonly [text: string, style?: Style | undefined];

/** Cells of the score bar. */
const BAR_CELLS = 10;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** From how many columns on a line has room for these beside the text. */
const COLUMNS_FOR = { milliseconds: 100, latency: 66, bar: 54 };

/** Beside colours, labels have their names, so that nobody has to tell colours apart. */
const LABEL_STYLES = new Map<string, Style>([
  ['negative', 'red'],
  ['neutral', 'blue'],
  ['positive', 'green'],
]);
const LEVEL_STYLES = new Map<string, Style>([
  ['error', 'red'],
  ['warn', 'yellow'],
]);
/** What the server says of a language that is rare, or that it could not tell. */
const NO_LANGUAGE = new Set(['', 'other', 'und']);

export interface Formatter {
  /**
   * The entry's line, each line with its newline; before it, where they differ from the entry
   * before, a line with the day and the commit.
   *
   * @param columns of the terminal; undefined: as long as it is.
   */
  format(entry: Entry, columns: number | undefined): string;
}

export function createFormatter(paint: Paint): Formatter {
  let lastDay = '';
  let lastCommit = '';

  function heading(day: string, commit: string): Cell[] {
    const news = [
      ...(day === lastDay ? [] : [`${day} UTC`]),
      ...(commit === lastCommit ? [] : [`commit ${printable(commit)}`]),
    ];
    lastDay = day;
    lastCommit = commit;
    return news.length > 0 ? [[`── ${news.join(' · ')} ──`, 'bold']] : [];
  }

  return {
    format: (entry, columns) => {
      const { day, time } = clock(entry.timestamp, columns);
      const commit = entry.kind === 'prediction' ? entry.commit : lastCommit;
      const head =
        day === lastDay && commit === lastCommit
          ? ''
          : compose(heading(day, commit), columns, paint);
      const cells =
        entry.kind === 'prediction'
          ? predictionCells(time, entry, columns)
          : eventCells(time, entry);
      return head + compose(cells, columns, paint);
    },
  };
}

function predictionCells(
  time: string,
  entry: PredictionEntry,
  columns = Number.POSITIVE_INFINITY,
): Cell[] {
  const { language, label, score, latencyMs, input, id } = entry;
  const labelStyle = LABEL_STYLES.get(label);
  const cells: Cell[] = [
    [`${time}  `, 'dim'],
    [`${pad(printable(language) || '-', 5)} `, languageStyle(language)],
    [`${pad(printable(label) || '-', 8)}  `, labelStyle],
  ];
  if (columns >= COLUMNS_FOR.bar) {
    cells.push([`${scoreBar(score)} `, labelStyle]);
  }
  cells.push([`${Number.isNaN(score) ? '   -' : score.toFixed(2)}  `]);
  if (columns >= COLUMNS_FOR.latency) {
    cells.push([`${formatMs(latencyMs).padStart(7)}  `, 'dim']);
  }
  // Where the log has no text, the id leads to who asked.
  cells.push(input === undefined ? [printable(id), 'dim'] : [printable(input)]);
  return cells;
}

function eventCells(time: string, { event, level, fields }: EventEntry): Cell[] {
  const { message, stack: _, ...others } = fields;
  const words = [
    ...(message === undefined ? [] : [plain(message)]),
    ...Object.entries(others).map(([name, value]) => `${name}=${plain(value)}`),
  ];
  return [
    [`${time}  `, 'dim'],
    [printable(event), LEVEL_STYLES.get(level) ?? 'dim'],
    [`  ${printable(words.join(' '))}`, 'dim'],
  ];
}

/** Puts cells side by side; what the columns have no room for is cut. */
function compose(cells: readonly Cell[], columns: number | undefined, paint: Paint): string {
  let line = '';
  let left = columns ?? Number.POSITIVE_INFINITY;
  for (const [text, style] of cells) {
    const shown = columns === undefined ? text : cutTo(text, left);
    left -= columns === undefined ? 0 : columnsOf(shown);
    line += style === undefined ? isolate(shown) : paint(style, isolate(shown));
  }
  return `${line}\n`;
}

/** The parts of a time of the log, such as `2026-01-31T12:00:00.123Z`. */
function clock(
  timestamp: string,
  columns = Number.POSITIVE_INFINITY,
): { day: string; time: string } {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp);
  const iso = isTime ? timestamp : new Date(Date.parse(timestamp) || 0).toISOString();
  const hasMilliseconds = columns >= COLUMNS_FOR.milliseconds;
  return { day: iso.slice(0, 10), time: iso.slice(11, hasMilliseconds ? 23 : 19) };
}

/** @param score 0 to 1. */
export function scoreBar(score: number): string {
  return blockBar(Math.round(Math.min(Math.max(score || 0, 0), 1) * BAR_CELLS * 8), BAR_CELLS);
}

/** A bar of so many eighths of a cell, filled up with blanks. */
export function blockBar(eighths: number, cells: number): string {
  return `${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7]}`.padEnd(cells);
}

/** Three digits and a unit. */
export function formatMs(ms: number): string {
  if (Number.isNaN(ms)) {
    return '-';
  }
  if (ms >= 1_000) {
    return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  }
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}

/** Fills a text up with blanks to so many columns. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** Languages other than the model's usual one are what to look at. */
function languageStyle(language: string): Style | undefined {
  if (NO_LANGUAGE.has(language)) {
    return 'dim';
  }
  return language === 'en' ? undefined : 'cyan';
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
