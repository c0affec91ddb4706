/** Times, sizes, counts and names as the page shows them. Times are in UTC, which charts and logs have in common. */
import { formatBytes, formatCount } from '../../terminal/numbers.ts';
import { capitalized } from '../../terminal/quantities.ts';

const NBSP = '\u00a0';
const ENGLISH = 'en-GB';

const UTC = { timeZone: 'UTC' } as const;
const clock = new Intl.DateTimeFormat(ENGLISH, { timeStyle: 'medium', ...UTC });
const hourMinute = new Intl.DateTimeFormat(ENGLISH, { timeStyle: 'short', ...UTC });
const shortDay = new Intl.DateTimeFormat(ENGLISH, { day: 'numeric', month: 'short', ...UTC });
const long = { dateStyle: 'long', timeStyle: 'short' } as const;
const day = new Intl.DateTimeFormat(ENGLISH, { ...long, ...UTC });
const local = new Intl.DateTimeFormat(ENGLISH, {
  ...{ dateStyle: 'medium', timeStyle: 'long' },
});

export const count = formatCount;

export function bytes(n: number): string {
  return formatBytes(n).replace(' ', NBSP);
}

/** `16:28:35`. @param seconds since 1970. */
export function timeOfDay(seconds: number): string {
  return clock.format(seconds * 1000);
}

/** `16:28` */
export function minuteOfDay(seconds: number): string {
  return hourMinute.format(seconds * 1000);
}

/** `24 Nov` */
export function dayOfMonth(seconds: number): string {
  return shortDay.format(seconds * 1000);
}

/** `24 November 2026 at 16:28 UTC`; a text that is not a date is returned as it is. */
export function dateTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${day.format(date)} UTC`;
}

/** `24 Nov 2026, 17:28:35 CET`: the time of the reader. */
export function localTime(date: Date): string {
  return local.format(date);
}

const FEATURE_NAMES: Readonly<Record<string, string>> = {
  score: 'Score',
  tokens: 'Length in tokens',
  unknown_ratio: 'Unknown tokens',
};

/** A feature of a profile. */
export function featureName(feature: string): string {
  return FEATURE_NAMES[feature] ?? capitalized(feature);
}

/** Removes line breaks within paragraphs; empty lines separate them. */
export function unwrapped(text: string): string {
  const paragraphs = text.trim().split(/\n\s*\n/);
  return paragraphs.map((paragraph) => paragraph.replace(/\n(?=\S)/g, ' ')).join('\n\n');
}
