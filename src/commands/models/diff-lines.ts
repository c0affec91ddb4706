/** Lines of `models diff` that several sections use. */
import { type Change, mapChange, type Status } from '../../repository/diff/change.ts';
import { padEnd } from '../../terminal/columns.ts';
import { formatBytes, formatCount, formatSigned } from '../../terminal/numbers.ts';
import type { Paint } from '../../terminal/paint.ts';

const STYLES = { '+': 'green', '-': 'red', '~': 'yellow' } as const;
type Mark = keyof typeof STYLES;

export const NAME_WIDTH = 34;

export const MARKS: Readonly<Record<Status, Mark>> = { added: '+', removed: '-', changed: '~' };

/** A line in the colour of its mark. */
export function formatMarked(mark: Mark, text: string, paint: Paint): string {
  return paint(STYLES[mark], `${mark} ${text}`);
}

/** `~ name  old → new`; `+ name  new` or `- name  old` where the other side is missing. */
export function formatChange(
  name: string,
  change: Change<string>,
  paint: Paint,
  nameWidth = NAME_WIDTH,
): string {
  const label = padEnd(name, nameWidth);
  if (change.old === undefined || change.new === undefined) {
    const mark = change.old === undefined ? '+' : '-';
    return `  ${formatMarked(mark, `${label} ${change.new ?? change.old}`, paint)}`;
  }
  const sides = `${paint('red', change.old)} → ${paint('green', change.new)}`;
  return `  ${paint('yellow', '~')} ${label} ${sides}`;
}

/** `1,000 → 1,200 (+200)`; one count where the sides are equal, or one of them has none. */
export function formatCountChange(count: Change<number>): string {
  const { old: before = 0, new: after = 0 } = count;
  if (before === after || before === 0 || after === 0) {
    return formatCount(after === 0 ? before : after);
  }
  return `${formatCount(before)} → ${formatCount(after)} (${formatSigned(after - before, formatCount)})`;
}

/** Sizes of a file: `23.5 MB → 55 MB`, in bytes where they would look the same. */
export function formatSizes(size: Change<number>): string {
  const { old: before, new: after } = mapChange(size, formatBytes);
  if (size.old === size.new) {
    return `${after}, unchanged`;
  }
  const isClose = before === after;
  const text = (bytes: number | undefined, rounded: string | undefined): string =>
    bytes === undefined || rounded === undefined
      ? 'none'
      : isClose
        ? `${formatCount(bytes)} bytes`
        : rounded;
  return `${text(size.old, before)} → ${text(size.new, after)}`;
}
