/** Lines of `models diff` that several sections use. */
import type { styleText } from 'node:util';
import type { Change, Status } from '../../repository/diff/change.ts';

/** Puts a style around a text, or returns the text as it is. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

const STYLES = { '+': 'green', '-': 'red', '~': 'yellow' } as const;
type Mark = keyof typeof STYLES;

const NAME_WIDTH = 34;

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
  const label = name.padEnd(nameWidth);
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
  const number = (value: number): string => value.toLocaleString('en');
  if (before === after || before === 0 || after === 0) {
    return number(after === 0 ? before : after);
  }
  return `${number(before)} → ${number(after)} (${formatSigned(after - before, number)})`;
}

/** `+12` or `−12`. */
export function formatSigned(value: number, format: (value: number) => string): string {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}
