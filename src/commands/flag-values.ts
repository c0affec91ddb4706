/** Parsers of the values of flags; each throws an error of the command line with what is expected. */
import { InvalidArgumentError } from 'commander';
import { KnownError } from '../errors.ts';
import { parseDuration, parseSince } from '../terminal/time.ts';

/** Makes a parser that throws `RangeError` one of the command line. */
export function asFlagValue<T>(parse: (value: string) => T): (value: string) => T {
  return (value) => {
    try {
      return parse(value);
    } catch (error) {
      throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error;
    }
  };
}

/** Makes a parser of numbers. @param expected completes "expected …". */
function numberParser(
  expected: string,
  isValid: (value: number) => boolean,
): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number) || !isValid(number)) {
      throw new InvalidArgumentError(`expected ${expected}`);
    }
    return number;
  };
}

export const positiveNumber = numberParser('a number above 0', (value) => value > 0);

export const share = numberParser('a number from 0 to 1', (value) => value >= 0 && value <= 1);

/** `<data set>=<share>`, added to those before it. */
export function minScore(
  value: string,
  previous: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const [name = '', score = ''] = value.split(/=(?=[^=]*$)/);
  return new Map([...previous, [name, share(score)]]);
}

export const positiveInteger = numberParser(
  'a whole number from 1',
  (value) => Number.isInteger(value) && value > 0,
);

export const port = numberParser(
  'a TCP port, a whole number from 0 to 65535',
  (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
);

export const unsigned32 = numberParser(
  'a whole number from 0 to 4294967295',
  (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
);

/**
 * An address of a server of this project.
 *
 * @throws KnownError where it has a password: `fetch` refuses it, and commander's errors would repeat it.
 */
export function serverAddress(value: string): string {
  webAddress(value);
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') {
    throw new KnownError(
      'usage',
      'the address of a server: expected one without user and password; keys have options of their own',
    );
  }
  return value;
}

/** An address of a web server. */
export function webAddress(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new InvalidArgumentError('expected an address such as http://localhost:8080');
  }
  return value;
}

/** A time, or a duration before now. @returns milliseconds since 1970. */
export function since(value: string): number {
  const time = parseSince(value, Date.now());
  if (time === undefined) {
    throw new InvalidArgumentError('expected 30s, 10m, 2h, 1d, or a time such as 2026-01-31T12:00');
  }
  return time;
}

/** @returns milliseconds. */
export function duration(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined || ms <= 0) {
    throw new InvalidArgumentError('expected a duration such as 30m, 12h or 7d');
  }
  return ms;
}

/** Node ends a longer timer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long a command waits. @returns milliseconds. */
export function waitingTime(value: string): number {
  const ms = duration(value);
  if (ms > MAX_TIMER_MS) {
    throw new InvalidArgumentError('expected a duration of at most 24d');
  }
  return ms;
}

/**
 * The name of an HTML file. Another ending is refused, since a shell turns `--html server.log*` into the
 * names of logs.
 */
export function pageFile(value: string): string {
  if (!/\.html?$/i.test(value)) {
    throw new InvalidArgumentError('expected a file that ends in .html');
  }
  return value;
}
