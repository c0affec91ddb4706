/**
 * Numbers, shares and languages in sentences and charts. A quantity has no line break inside; shares, rates and
 * durations have as many digits as fit into a chart's axis or a narrow column.
 */
import { languageName, UNDETERMINED } from './languages.ts';
import { formatQuantity } from './numbers.ts';

const NBSP = '\u00a0';
const ENGLISH = 'en-GB';

const integer = new Intl.NumberFormat(ENGLISH, { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat(ENGLISH, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const upToOneDecimal = new Intl.NumberFormat(ENGLISH, { maximumFractionDigits: 1 });

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

/** `12 s`, `3 min` */
export function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)}${NBSP}s` : `${Math.round(seconds / 60)}${NBSP}min`;
}

/** `5 minutes` */
export function minutes(seconds: number): string {
  return formatQuantity(seconds / 60, 'minute');
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

interface Version {
  readonly name: string;
  readonly tag?: string | undefined;
  readonly commit: string;
}

/** `tweet-sentiment v1.0.0`, or with the commit where there is no tag. */
export function modelName({ name, tag, commit }: Version): string {
  return `${name} ${tag ?? shortCommit(commit)}`;
}

/** `v1.2.0 · fbd5e27f` */
export function versionName({ tag, commit }: Pick<Version, 'tag' | 'commit'>): string {
  return [tag, shortCommit(commit)].filter(Boolean).join(' · ');
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}

/** A bin is a name, or the upper end of a range of numbers; `bins` are all of its feature. */
export function binName(feature: string, bins: readonly string[], index: number): string {
  const name = bins[index] ?? '';
  if (feature === 'language') {
    return languageName(name);
  }
  if (feature === 'topic') {
    return `topic ${name}`;
  }
  const upper = Number(name);
  if (Number.isNaN(upper)) {
    return name;
  }
  const show = feature === 'unknown_ratio' ? percent : String;
  const below = index === 0 ? undefined : Number(bins[index - 1]);
  if (below === undefined) {
    return upper === 0 ? 'none' : `≤ ${show(upper)}`;
  }
  const isLast = index === bins.length - 1 && upper > 2 * below && upper > 1;
  return isLast ? `> ${show(below)}` : `${show(below)} – ${show(upper)}`;
}
