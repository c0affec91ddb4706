/** Values of Parquet that would lose digits in JavaScript's types: as texts, or as JSON of their own. */
import type { FileMetaData, ParquetParsers } from 'hyparquet';

/** JSON that is written as it is. */
export class RawJson {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** For all values, also nested ones; timestamps and dates as in ISO 8601, with the digits of their unit. */
export const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value) => formatTimestamp(value, 3),
  timestampFromMicroseconds: (value) => formatTimestamp(value, 6),
  timestampFromNanoseconds: (value) => formatTimestamp(value, 9),
  dateFromDays: (days) => toIso(days * 86_400_000)?.split('T')[0] ?? String(days),
  jsonFromBytes: (bytes) => {
    const json = Buffer.from(bytes).toString();
    try {
      const value: unknown = JSON.parse(json);
      // A line break is white space there; the row is one line.
      return typeof value === 'string' ? value : new RawJson(json.replace(/[\r\n]+/g, ' '));
    } catch {
      return json;
    }
  },
};

/** @param digits of a second that the unit has. */
function formatTimestamp(value: bigint | number, digits: number): string {
  const units = BigInt(value);
  const second = 10n ** BigInt(digits);
  const fraction = ((units % second) + second) % second;
  const iso = toIso(Number((units - fraction) / second) * 1000);
  return iso === undefined
    ? String(units)
    : `${iso.slice(0, -'.000Z'.length)}.${String(fraction).padStart(digits, '0')}Z`;
}

/** Undefined for a year that has more than six digits. */
function toIso(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/**
 * How the values of the columns are written, by their names. Takes the type of decimals out of the schema, so
 * that they are read as the integers which they are stored as; those in nested values are numbers.
 */
export function takeConversions({
  schema,
}: Pick<FileMetaData, 'schema'>): ReadonlyMap<string, (value: unknown) => unknown> {
  const conversions = new Map<string, (value: unknown) => unknown>();
  for (const element of columnsOf(schema)) {
    const { name, logical_type: logical, converted_type: converted } = element;
    if (logical?.type === 'DECIMAL' || converted === 'DECIMAL') {
      const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
      delete element.logical_type;
      delete element.converted_type;
      conversions.set(name, (value) => toDecimal(value, scale));
    } else if (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC) {
      // The time of a clock that is not known.
      conversions.set(name, (value) =>
        typeof value === 'string' ? value.replace(/Z$/, '') : value,
      );
    }
  }
  return conversions;
}

/** The columns that are not nested. The schema is a tree, whose nodes come before their children. */
function columnsOf(schema: FileMetaData['schema']): FileMetaData['schema'] {
  const found: FileMetaData['schema'] = [];
  const sizeAt = (at: number): number => {
    let size = 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) {
      size += sizeAt(at + size);
    }
    return size;
  };
  for (let at = 1; at < schema.length; at += sizeAt(at)) {
    const element = schema[at];
    if (element && !element.num_children && element.repetition_type !== 'REPEATED') {
      found.push(element);
    }
  }
  return found;
}

function toDecimal(value: unknown, scale: number): unknown {
  if (value instanceof Uint8Array) {
    const unsigned = BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`);
    return formatDecimal(BigInt.asIntN(value.length * 8, unsigned), scale);
  }
  return typeof value === 'bigint' || typeof value === 'number'
    ? formatDecimal(BigInt(value), scale)
    : value;
}

function formatDecimal(unscaled: bigint, scale: number): RawJson {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const at = digits.length - scale;
  return new RawJson(`${sign}${digits.slice(0, at)}${scale > 0 ? `.${digits.slice(at)}` : ''}`);
}
