/** A measured normal, for a terminal. */
import type { Normal } from '../drift/normal.ts';
import { alignColumns } from '../terminal/columns.ts';
import { formatQuantity, formatShare } from '../terminal/numbers.ts';
import type { Paint } from '../terminal/paint.ts';
import { formatDateTime } from '../terminal/time.ts';

/** The file has all features. */
const SHOWN = ['label', 'language'];
const MIN_SHARE = 0.001;

export function formatNormal(normal: Normal, paint: Paint): string {
  const { name, commit, from, to, texts, features } = normal;
  const rows = SHOWN.flatMap((feature) =>
    Object.entries(features[feature] ?? {})
      .filter(([, { ratio }]) => ratio >= MIN_SHARE)
      .sort(([, a], [, b]) => b.ratio - a.ratio)
      .map(([bin, { ratio, deviation }], i) => [
        i === 0 ? feature : '',
        bin,
        formatShare(ratio),
        formatShare(deviation),
      ]),
  );
  const table = alignColumns(
    [['', '', 'share', 'deviation'], ...rows],
    ['left', 'left', 'right', 'right'],
  );
  return [
    paint('bold', name),
    commit,
    `${formatQuantity(texts, 'text')}, ${formatDateTime(from)} to ${formatDateTime(to)} UTC`,
    '',
    ...table.map((line, i) => (i === 0 ? paint('dim', line) : line)),
  ].join('\n');
}
