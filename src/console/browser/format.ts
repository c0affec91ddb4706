/**
 * Numbers, times and languages as text. A quantity has no line break inside; shares, rates and durations have
 * as many digits as fit into a chart's axis or a narrow column.
 */
import type { ConsoleData } from '../../api/console.ts';
import { languageName, UNDETERMINED } from '../../terminal/languages.ts';
import { formatBytes, formatCount, formatQuantity } from '../../terminal/numbers.ts';

type Model = NonNullable<ConsoleData['model']>;

const NBSP = '\u00a0';
const ENGLISH = 'en-GB';

const integer = new Intl.NumberFormat(ENGLISH, { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat(ENGLISH, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const upToOneDecimal = new Intl.NumberFormat(ENGLISH, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(ENGLISH, { timeStyle: 'medium' });
const hourMinute = new Intl.DateTimeFormat(ENGLISH, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(ENGLISH, { dateStyle: 'long', timeStyle: 'short' });

export const count = formatCount;

/** `1 text`, `2 texts` */
export function counted(n: number, noun: string): string {
  return formatQuantity(n, noun).replace(' ', NBSP);
}

/** @param share from 0 to 1. */
export function percent(share: number): string {
  const percents = share * 100;
  if (percents > 0 && percents < 0.1) {
    return `<${NBSP}0.1${NBSP}%`;
  }
  const fine = (percents > 0 && percents < 9.95) || (percents > 99 && percents < 99.95);
  return `${(fine ? oneDecimal : integer).format(percents)}${NBSP}%`;
}

/** Events per second: `0.2`, `5`, `21`. */
export function rate(perSecond: number): string {
  return (perSecond < 9.95 ? upToOneDecimal : integer).format(perSecond);
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) {
    return `${oneDecimal.format(ms / 1000)}${NBSP}s`;
  }
  return `${(ms > 0 && ms < 9.95 ? oneDecimal : integer).format(ms)}${NBSP}ms`;
}

export function bytes(n: number): string {
  return formatBytes(n).replace(' ', NBSP);
}

/** `12 s`, `3 min` */
export function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)}${NBSP}s` : `${Math.round(seconds / 60)}${NBSP}min`;
}

/** `5 minutes` */
export function minutes(seconds: number): string {
  return formatQuantity(seconds / 60, 'minute');
}

/** `16:28:35`, in the browser's time zone. @param seconds since 1970. */
export function timeOfDay(seconds: number): string {
  return clock.format(seconds * 1000);
}

/** `16:28` */
export function minuteOfDay(seconds: number): string {
  return hourMinute.format(seconds * 1000);
}

/** `24 November 2026 at 16:28`; a text that is not a date is returned as it is. */
export function dateTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : day.format(date);
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `German (de)` */
export function languageWithCode(code: string): string {
  return code === UNDETERMINED || code === 'other'
    ? languageName(code)
    : `${languageName(code)} (${code})`;
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(ENGLISH).format(words);
}

/** `tweet-sentiment v1.0.0`, or with the commit where there is no tag. */
export function modelName({ name, tag, commit }: Model): string {
  return `${name} ${tag ?? shortCommit(commit)}`;
}

/** `v1.2.0 · fbd5e27f` */
export function versionName({ tag, commit }: Model): string {
  return [tag, shortCommit(commit)].filter(Boolean).join(' · ');
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}
