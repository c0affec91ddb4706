/** A point in time as people type it. */

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A date, or date and time; without a zone it is UTC, as in the log. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * `10m` ago, or `2026-01-31T12:00`.
 *
 * @param now milliseconds since 1970.
 * @returns milliseconds since 1970; undefined where it is neither.
 */
export function parseSince(value: string, now: number): number | undefined {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (unit !== undefined) {
    return now - Number(count) * (UNIT_MS[unit] as number);
  }
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(value) ?? [];
  const parsed = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
