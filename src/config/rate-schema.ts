/** The schema of RATE_LIMIT. */
import { z } from 'zod';
import { splitList } from './setting.ts';

/** So many texts in so many seconds. */
export interface Rate {
  readonly texts: number;
  readonly seconds: number;
}

/** Plain data: it is sent to other processes. */
export interface RateLimits {
  /** Of clients without a rate of their own; undefined: no limit. */
  readonly everyone: Rate | undefined;
  /** By the name of a key. */
  readonly clients: Readonly<Record<string, Rate>>;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };
const RATE = /^(?:([\w.-]{1,64})=)?([1-9]\d{0,8})\/(s|min|h)$/;
const EXPECTED =
  'expected rates such as 100/s, 6000/min or 100000/h, each once for all or once for a key, as in 100/s,shop=200/s';

export const rateLimits = z
  .string()
  .refine((value) => isUnique(splitList(value).map((text) => RATE.exec(text))), EXPECTED)
  .transform((value): RateLimits => {
    const rates = splitList(value).map((text): [string | undefined, Rate] => {
      const [, name, texts, unit = ''] = RATE.exec(text) ?? [];
      return [name, { texts: Number(texts), seconds: SECONDS[unit] as number }];
    });
    return {
      everyone: rates.find(([name]) => name === undefined)?.[1],
      clients: Object.fromEntries(rates.filter(([name]) => name !== undefined)),
    };
  });

function isUnique(matches: readonly (RegExpExecArray | null)[]): boolean {
  const names = matches.map((match) => match?.[1]);
  return matches.length > 0 && !matches.includes(null) && new Set(names).size === names.length;
}
