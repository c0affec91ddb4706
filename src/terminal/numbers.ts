/** Numbers as people read them, in English. The one place that knows their formats. */
import prettyBytes from 'pretty-bytes';

const count = new Intl.NumberFormat('en');

/** `12,345`. */
export function formatCount(value: number): string {
  return count.format(value);
}

/** `1 line`, `12,345 lines`. */
export function formatQuantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** `12.3 %`; `<0.1 %` for what would be rounded to nothing. @param share 0 to 1. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.0005 ? '<0.1 %' : `${(share * 100).toFixed(1)} %`;
}

/** The score of a predicted label: `0.65`; `-` for NaN. */
export function formatScore(score: number): string {
  return Number.isNaN(score) ? '-' : score.toFixed(2);
}

/** A measure of a model's quality, such as F1: `0.7463`. */
export function formatMetric(value: number): string {
  return value.toFixed(4);
}

/** Three significant digits and a decimal unit: `957 B`, `23.5 MB`. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes);
}

/** `+12` or `−12`, with a minus sign as wide as the plus sign. */
export function formatSigned(value: number, format: (absolute: number) => string): string {
  return `${value < 0 ? '−' : '+'}${format(Math.abs(value))}`;
}
