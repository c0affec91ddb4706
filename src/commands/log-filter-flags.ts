/** Parsers of the flags of `logs`; each throws an error of the command line with what is expected. */
import { InvalidArgumentError } from 'commander';

export function parseCount(value: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    throw new InvalidArgumentError('expected a number of lines');
  }
  return Number(value);
}

export function parseLanguages(value: string, previous?: ReadonlySet<string>): ReadonlySet<string> {
  const codes = value.toLowerCase().split(',');
  if (!codes.every((code) => /^([a-z]{2,3}|other)$/.test(code))) {
    throw new InvalidArgumentError('expected codes such as de, or other, or und');
  }
  return new Set([...(previous ?? []), ...codes]);
}

export function parseLabels(value: string, previous?: ReadonlySet<string>): ReadonlySet<string> {
  const names = value.toLowerCase().split(',');
  if (names.includes('')) {
    throw new InvalidArgumentError('expected labels such as negative');
  }
  return new Set([...(previous ?? []), ...names]);
}

export function parseCommit(value: string): string {
  if (!/^[0-9a-f]{4,64}$/i.test(value)) {
    throw new InvalidArgumentError('expected at least four hexadecimal digits');
  }
  return value.toLowerCase();
}

export function parsePattern(value: string): RegExp {
  try {
    return new RegExp(value, 'iu');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
