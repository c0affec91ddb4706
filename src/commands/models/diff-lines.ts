/** How the parts of a diff are told on a terminal. */
import type { styleText } from 'node:util';
import type { Change, Status } from '../../repository/diff/change.ts';

/** Puts a style around a text, or doesn't. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

const STYLES = { '+': 'green', '-': 'red', '~': 'yellow' } as const;
type Mark = keyof typeof STYLES;

export const MARKS: Readonly<Record<Status, Mark>> = { added: '+', removed: '-', changed: '~' };

/** One line that is all of one colour. */
export function marked(mark: Mark, text: string, paint: Paint): string {
  return paint(STYLES[mark], `${mark} ${text}`);
}

/** `~ name  old → new`, or one side of it. */
export function formatChange(
  name: string,
  change: Change<string>,
  paint: Paint,
  width = 34,
): string {
  const label = name.padEnd(width);
  if (change.old === undefined || change.new === undefined) {
    const mark = change.old === undefined ? '+' : '-';
    return `  ${marked(mark, `${label} ${change.new ?? change.old}`, paint)}`;
  }
  const sides = `${paint('red', change.old)} → ${paint('green', change.new)}`;
  return `  ${paint('yellow', '~')} ${label} ${sides}`;
}

/** `1,000 → 1,200 (+200)`; only the count there is where a side has none. */
export function formatCount(count: Change<number>): string {
  const { old: before = 0, new: after = 0 } = count;
  const number = (value: number): string => value.toLocaleString('en');
  if (before === after || before === 0 || after === 0) {
    return number(after === 0 ? before : after);
  }
  return `${number(before)} → ${number(after)} (${signed(after - before, number)})`;
}

/** `+12` or `−12`. */
export function signed(value: number, format: (value: number) => string): string {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}
