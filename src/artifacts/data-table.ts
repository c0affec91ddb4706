/** Labelled texts: tab-separated rows after a header that names the columns. */
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';

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
