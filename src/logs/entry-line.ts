/** An entry of the log → a line for people. */
import { blockBar } from '../terminal/bars.ts';
import { columnsOf, cutTo, padEnd } from '../terminal/columns.ts';
import { formatScore } from '../terminal/numbers.ts';
import type { Paint, Style } from '../terminal/paint.ts';
import { isolate, printable } from '../terminal/printable.ts';
import { formatMs } from '../terminal/time.ts';
import type { Entry, EventEntry, PredictionEntry } from './entry.ts';

type Cell = readonly [text: string, style?: Style | undefined];

const SCORE_BAR_CELLS = 10;

/** The smallest terminal width at which a line has these beside the text. */
const MIN_COLUMNS = { milliseconds: 100, latency: 66, scoreBar: 54 };

/** Labels are also written out, so that nobody has to distinguish colours. */
const LABEL_STYLES = new Map<string, Style>([
  ['negative', 'red'],
  ['neutral', 'blue'],
  ['positive', 'green'],
]);
const LEVEL_STYLES = new Map<string, Style>([
  ['error', 'red'],
  ['warn', 'yellow'],
]);
/** Not the code of a language: a rare language, an undetermined one, a missing field. */
const NO_LANGUAGE = new Set(['', 'other', 'und']);

export interface EntryFormatter {
  /**
   * The entry's line, preceded by a line with the day and the commit where one of them differs from that
   * of the previous entry. Each line ends in a newline.
   *
   * @param columns the width of the terminal; undefined: lines are not cut.
   */
  format(entry: Entry, columns: number | undefined): string;
}

export function createEntryFormatter(paint: Paint): EntryFormatter {
  let lastDay = '';
  let lastCommit = '';

  function heading(day: string, commit: string): Cell[] {
    const changes = [
      ...(day === lastDay ? [] : [`${day} UTC`]),
      ...(commit === lastCommit ? [] : [`commit ${printable(commit)}`]),
    ];
    lastDay = day;
    lastCommit = commit;
    return changes.length > 0 ? [[`── ${changes.join(' · ')} ──`, 'bold']] : [];
  }

  return {
    format: (entry, columns) => {
      const { day, time } = clockOf(entry.timestamp, columns);
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
    [`${padEnd(printable(language) || '-', 5)} `, languageStyle(language)],
    [`${padEnd(printable(label) || '-', 8)}  `, labelStyle],
  ];
  if (columns >= MIN_COLUMNS.scoreBar) {
    cells.push([`${blockBar(score, SCORE_BAR_CELLS)} `, labelStyle]);
  }
  cells.push([`${formatScore(score).padStart(4)}  `]);
  if (columns >= MIN_COLUMNS.latency) {
    cells.push([`${formatMs(latencyMs).padStart(7)}  `, 'dim']);
  }
  // Where LOG_INPUT is `none`, the id identifies the prediction.
  cells.push(input === undefined ? [printable(id), 'dim'] : [printable(input)]);
  return cells;
}

function eventCells(time: string, { event, level, fields }: EventEntry): Cell[] {
  const { message, stack: _, ...others } = fields;
  const details = [
    ...(message === undefined ? [] : [plain(message)]),
    ...Object.entries(others).map(([name, value]) => `${name}=${plain(value)}`),
  ];
  return [
    [`${time}  `, 'dim'],
    [printable(event), LEVEL_STYLES.get(level) ?? 'dim'],
    [`  ${printable(details.join(' '))}`, 'dim'],
  ];
}

/** Puts cells side by side and cuts them at the width of the terminal. */
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

/** Day and time of a timestamp such as `2026-01-31T12:00:00.123Z`; milliseconds where there is room. */
function clockOf(
  timestamp: string,
  columns = Number.POSITIVE_INFINITY,
): { day: string; time: string } {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp);
  const iso = isIso ? timestamp : new Date(Date.parse(timestamp) || 0).toISOString();
  const hasMilliseconds = columns >= MIN_COLUMNS.milliseconds;
  return { day: iso.slice(0, 10), time: iso.slice(11, hasMilliseconds ? 23 : 19) };
}

/** Only languages other than English, which most traffic is in, are highlighted. */
function languageStyle(language: string): Style | undefined {
  if (NO_LANGUAGE.has(language)) {
    return 'dim';
  }
  return language === 'en' ? undefined : 'cyan';
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
