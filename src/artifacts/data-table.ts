/** Labelled texts: tab-separated rows after a header that names the columns. */
import { ModelError } from '../version/errors.ts';

/**
 * The values of one column. The last column takes the rest of its line, tabs and all.
 *
 * @param path of the file, for messages.
 * @throws ModelError `unfit` naming file and line where there is no such column, or a row lacks it.
 */
export function readColumn(bytes: Buffer, path: string, column: string): string[] {
  const [header = '', ...lines] = bytes
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const columns = header.split('\t');
  const index = columns.indexOf(column);
  if (index < 0) {
    throw new ModelError(
      'unfit',
      `${path}: expected a header with a "${column}" column, found ${JSON.stringify(header)}`,
    );
  }
  const isLast = index === columns.length - 1;
  return lines.map((line, at) => {
    const cells = line.split('\t');
    const value = isLast ? cells.slice(index).join('\t') : cells[index];
    if (value === undefined || cells.length <= index) {
      throw new ModelError('unfit', `${path}:${at + 2}: the row has no ${column}`);
    }
    return value;
  });
}
