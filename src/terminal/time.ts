/** Durations and points in time as people write and read them. */

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export type DurationUnit = keyof typeof UNIT_MS;

/** A date, or a date and a time. Without a time zone it is UTC, as in the log. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A number and a unit, such as `30s`, `1.5h` or `1d`.
 *
 * @returns milliseconds; undefined where it is something else.
 */
export function parseDuration(
  value: string,
  units: readonly DurationUnit[] = ['s', 'm', 'h', 'd'],
): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) ?? [];
  return units.includes(unit as DurationUnit)
    ? Number(number) * UNIT_MS[unit as DurationUnit]
    : undefined;
}

/**
 * A duration before `now`, such as `10m`, or a time such as `2026-01-31T12:00`.
 *
 * @param now milliseconds since 1970.
 * @returns milliseconds since 1970; undefined where it is neither.
 */
export function parseSince(value: string, now: number): number | undefined {
  const age = parseDuration(value);
  if (age !== undefined) {
    return now - age;
  }
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(value) ?? [];
  const parsed = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** Three digits and a unit: `0.05 ms`, `12.5 ms`, `1.23 s`; `-` for NaN. */
export function formatMs(ms: number): string {
  if (Number.isNaN(ms)) {
    return '-';
  }
  return ms < 999.5 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1_000)} s`;
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** Minutes and seconds of a duration: `12:05`. */
export function formatMinutes(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A duration in words, in the unit that suits it: `0.4 s`, `45 s`, `25 min`, `3 h 20 min`. */
export function formatDuration(ms: number): string {
  const seconds = ms / UNIT_MS.s;
  if (seconds < 99.5) {
    return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
  }
  const minutes = Math.round(ms / UNIT_MS.m);
  if (minutes < 100) {
    return `${minutes} min`;
  }
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
}

/** `2026-01-31 12:00:00`, to be followed by `UTC`. @param time as ISO 8601 writes it, in UTC. */
export function formatDateTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}
