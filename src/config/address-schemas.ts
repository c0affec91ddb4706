/** Schemas of settings that are addresses, or lists of them. */
import proxyAddr from 'proxy-addr';
import { z } from 'zod';
import { splitList } from './setting.ts';

const MAX_PROXIES = 16;
const PROXIES = `expected a number of proxies from 1 to ${MAX_PROXIES}, or addresses and subnets such as 10.0.0.0/8`;

/** Plain data: it is sent to other processes. */
export const trustedProxies = z
  .string()
  .refine((value) => (/^\s*\d+\s*$/.test(value) ? isCount(value) : isSubnets(value)), PROXIES)
  .transform((value) => (/^\s*\d+\s*$/.test(value) ? Number(value) : splitList(value)));

function isCount(value: string): boolean {
  return Number(value) >= 1 && Number(value) <= MAX_PROXIES;
}

function isSubnets(value: string): boolean {
  const subnets = splitList(value);
  try {
    proxyAddr.compile(subnets);
  } catch {
    return false;
  }
  // To the library, 1 is the address 0.0.0.1.
  return subnets.length > 0 && subnets.every((subnet) => !/^\d+(?:\/|$)/.test(subnet));
}

/** A header `Origin` is compared with it as text: RFC 6454, 6.2. */
export const corsOrigins = z
  .string()
  .transform(splitList)
  .refine(
    (origins) => origins.every(isOrigin) || (origins.length === 1 && origins[0] === '*'),
    'expected origins without a path, such as https://app.example.com or http://localhost:3000, or * alone',
  );

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
