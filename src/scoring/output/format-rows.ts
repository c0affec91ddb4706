/** Scored rows → lines of CSV or JSON. */
import { roundScores } from '../../inference/classification.ts';
import type { OutputFormat } from '../input/formats.ts';
import type { Kept } from '../input/row.ts';
import type { ScoredRow } from '../scored-row.ts';
import type { PlacedRow } from '../windows.ts';
import { fieldsOf } from './json-fields.ts';

export interface RowFormat {
  /** Names that the output adds to those of the input. */
  readonly added: readonly string[];
  /** The first line of the output; empty for JSON. @param columns those of the input. */
  header(columns: readonly string[]): string;
  /** Why the output can't have what a row keeps. */
  problemOf(row: PlacedRow, columns: readonly string[]): string | undefined;
  /** A line with its line break. */
  line(scored: ScoredRow, columns: readonly string[]): string;
}

interface FormatOptions {
  /** The labels of the model, in its order. */
  readonly labels: readonly string[];
  /** What the added names begin with. */
  readonly prefix: string;
}

export function createRowFormat(format: OutputFormat, options: FormatOptions): RowFormat {
  return format === 'csv' ? createCsvFormat(options) : createJsonFormat(options);
}

function createCsvFormat({ labels, prefix }: FormatOptions): RowFormat {
  const scores = labels.map((label) => `score_${label}`);
  const added = ['label', 'score', ...scores, 'language', 'truncated', 'error'].map(
    (name) => `${prefix}${name}`,
  );
  const toLine = (cells: readonly string[]): string => `${cells.map(quote).join(',')}\n`;
  const addedCells = ({ classification, error = '' }: ScoredRow): string[] => {
    if (!classification) {
      return [...added.slice(1).map(() => ''), error];
    }
    const { score, scores: all } = roundScores(classification);
    return [
      classification.label,
      String(score),
      ...labels.map((label) => String(all[label])),
      classification.language,
      String(classification.truncated),
      '',
    ];
  };
  return {
    added,
    header: (columns) => toLine([...columns, ...added]),
    problemOf: ({ kept }, columns) => {
      if (kept === undefined || 'cells' in kept) {
        return undefined;
      }
      const unknown = [...fieldsOf(kept.json).keys()].find((name) => !columns.includes(name));
      return unknown === undefined
        ? undefined
        : `the row has a field ${JSON.stringify(unknown)}, which the first row does not have: ` +
            '--output-format jsonl keeps it';
    },
    line: (scored, columns) =>
      toLine([...cellsOf(scored.row.kept, columns), ...addedCells(scored)]),
  };
}

function cellsOf(kept: Kept | undefined, columns: readonly string[]): readonly string[] {
  if (kept === undefined) {
    return columns.map(() => '');
  }
  if ('cells' in kept) {
    return kept.cells;
  }
  const fields = fieldsOf(kept.json);
  return columns.map((name) => fields.get(name) ?? '');
}

/** RFC 4180. */
function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function createJsonFormat({ prefix }: FormatOptions): RowFormat {
  const addedFields = ({ classification, error }: ScoredRow): Record<string, unknown> => {
    if (!classification) {
      return { error };
    }
    const { label, language, truncated } = classification;
    const { score, scores } = roundScores(classification);
    return { label, score, scores, language, truncated: truncated || undefined };
  };
  return {
    added: ['label', 'score', 'scores', 'language', 'truncated', 'error'].map(
      (name) => `${prefix}${name}`,
    ),
    header: () => '',
    problemOf: () => undefined,
    line: (scored, columns) => {
      const own = objectOf(scored.row.kept, columns);
      const fields = Object.entries(addedFields(scored)).filter(([, value]) => value !== undefined);
      const added = JSON.stringify(
        Object.fromEntries(fields.map(([name, value]) => [`${prefix}${name}`, value])),
      );
      const isEmpty = /^\{\s*\}$/.test(own);
      // The object as it was written: a number that has more digits than JavaScript's keeps them.
      return isEmpty ? `${added}\n` : `${own.slice(0, -1).trimEnd()},${added.slice(1)}\n`;
    },
  };
}

function objectOf(kept: Kept | undefined, columns: readonly string[]): string {
  if (kept === undefined) {
    return '{}';
  }
  return 'json' in kept
    ? kept.json
    : `{${columns.map((name, at) => `${JSON.stringify(name)}:${JSON.stringify(kept.cells[at])}`).join(',')}}`;
}
