/** Labelled texts: tab-separated rows after a header that names the columns. */
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';
import { decodePlainUtf8 } from './decode-utf8.ts';

/**
 * The values of one column. The last column is the rest of its line, tabs included.
 *
 * @param path of the file, for messages.
 * @throws ModelError `unfit`, naming file and line, where a row has no such column.
 */
export function readColumn(bytes: Buffer, path: string, column: string): string[] {
  const [header = '', ...lines] = bytes
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const columns = header.split('\t');
  const index = columns.indexOf(column);
  if (index < 0) {
    const expected = `a header with a "${column}" column`;
    throw new ModelError('unfit', mismatch(path, expected, JSON.stringify(header)), {
      data: { path, expected, found: header },
    });
  }
  const isLast = index === columns.length - 1;
  return lines.map((line, lineIndex) => {
    const cells = line.split('\t');
    const value = isLast ? cells.slice(index).join('\t') : cells[index];
    if (value === undefined || cells.length <= index) {
      throw new ModelError('unfit', `${path}:${lineIndex + 2}: the row has no ${column}`);
    }
    return value;
  });
}

/** A table of labelled texts: one value of each column a row. */
export interface LabelledTable {
  readonly labels: readonly string[];
  readonly texts: readonly string[];
  /** ISO 639 codes; undefined where the table has no such column. */
  readonly languages: readonly string[] | undefined;
}

const EXAMPLE = 'label\ttext\n  positive\tWhat a day!';
const MAX_SHOWN_ROWS = 5;
/** More are texts. */
const MAX_LABELS = 1_000;

/**
 * Reads a table that people give, with all of its columns.
 *
 * @param path of the file, for messages.
 * @throws ModelError `unfit`, with the lines that are wrong, and an example of right ones.
 */
export function readLabelledTable(bytes: Buffer, path: string): LabelledTable {
  const [header = ''] = decodePlainUtf8(bytes, path).split(/\r?\n/, 1);
  const columns = header.split('\t');
  if (!columns.includes('label') || !columns.includes('text')) {
    throw unreadable(path, `the header ${JSON.stringify(header.slice(0, 80))}`);
  }
  const [labels, texts] = [readColumn(bytes, path, 'label'), readColumn(bytes, path, 'text')];
  const languages = columns.includes('language') ? readColumn(bytes, path, 'language') : undefined;
  if (texts.length === 0) {
    throw unreadable(path, 'no row after the header');
  }
  const blank = Object.entries({
    label: labels,
    text: texts,
    ...(languages && { language: languages }),
  }).flatMap(([column, values]) =>
    values.flatMap((value, row) =>
      value.trim() === '' ? [`${path}:${row + 2}: the row has no ${column}`] : [],
    ),
  );
  if (blank.length > 0) {
    const more = blank.length > MAX_SHOWN_ROWS ? [`${blank.length - MAX_SHOWN_ROWS} more`] : [];
    throw new ModelError('unfit', [...blank.slice(0, MAX_SHOWN_ROWS), ...more].join('\n'));
  }
  const different = new Set(labels).size;
  if (different > MAX_LABELS) {
    const expected = `at most ${MAX_LABELS} different labels`;
    const found = `${different}: are the columns in the wrong order?`;
    throw new ModelError('unfit', mismatch(path, expected, found));
  }
  return { labels, texts, languages };
}

function unreadable(path: string, found: string): ModelError {
  const expected = 'tab-separated lines after a header that names the columns "label" and "text"';
  return new ModelError('unfit', `${mismatch(path, expected, found)}; an example:\n  ${EXAMPLE}`);
}
