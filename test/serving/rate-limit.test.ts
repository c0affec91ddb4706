import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Sender } from '../../src/serving/clients.ts';
import type { ProblemError } from '../../src/serving/problem.ts';
import { createRateLimiter, type RateLimiter } from '../../src/serving/rate-limit.ts';
import type { RateStatus } from '../../src/serving/rate-status.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const withKey = (name: string, id = name): Sender => ({
  client: { name, id },
  address: undefined,
  connection: {},
});
const from = (remoteAddress: string, address?: string): Sender => ({
  client: undefined,
  address,
  connection: { remoteAddress },
});

/** `allowed` or the seconds to wait, and what is left. */
async function take(limiter: RateLimiter, sender: Sender, texts = 1): Promise<unknown[]> {
  let status: RateStatus | undefined;
  const onRateStatus = (given: RateStatus): void => {
    status = given;
  };
  try {
    await limiter.take({ sender, texts: Array<string>(texts).fill('text'), onRateStatus });
    return ['allowed', status?.remaining];
  } catch (error) {
    const { code, retryAfterSeconds } = error as ProblemError;
    expect(code).toBe('rate-limited');
    expect(retryAfterSeconds).toBe(status?.resetSeconds);
    return [retryAfterSeconds, status?.remaining];
  }
}

const TEN_PER_MINUTE = { everyone: { texts: 10, seconds: 60 }, clients: {} };

test('each text of a request counts, until the time is over', async () => {
  const limiter = createRateLimiter(TEN_PER_MINUTE);
  expect(await take(limiter, withKey('shop'), 8)).toEqual(['allowed', 2]);
  vi.advanceTimersByTime(15_000);
  expect(await take(limiter, withKey('shop'), 3)).toEqual([45, 2]);
  expect(await take(limiter, withKey('shop'), 2)).toEqual(['allowed', 0]);
  expect(await take(limiter, withKey('shop'))).toEqual([45, 0]);
  vi.advanceTimersByTime(45_000);
  expect(await take(limiter, withKey('shop'))).toEqual(['allowed', 9]);
});

test('a request with more texts than the rate has is allowed, and waited for by those behind it', async () => {
  const limiter = createRateLimiter(TEN_PER_MINUTE);
  expect(await take(limiter, withKey('shop'), 64)).toEqual(['allowed', 0]);
  vi.advanceTimersByTime(383_000);
  expect(await take(limiter, withKey('shop'))).toEqual([1, 0]);
  vi.advanceTimersByTime(1_000);
  expect(await take(limiter, withKey('shop'), 10)).toEqual(['allowed', 0]);
});

describe('what is counted together', () => {
  test('is all that comes with keys of one name, and nothing else', async () => {
    const limiter = createRateLimiter(TEN_PER_MINUTE);
    expect(await take(limiter, withKey('shop', 'old key'), 6)).toEqual(['allowed', 4]);
    expect(await take(limiter, withKey('shop', 'new key'), 4)).toEqual(['allowed', 0]);
    expect(await take(limiter, withKey('web'), 10)).toEqual(['allowed', 0]);
    expect(await take(limiter, from('203.0.113.7'), 10)).toEqual(['allowed', 0]);
  });

  test.each<[string, Sender, Sender]>([
    ['an address', from('203.0.113.7'), from('203.0.113.7')],
    [
      'an address of IPv4, also on a socket of IPv6',
      from('203.0.113.7'),
      from('::ffff:203.0.113.7'),
    ],
    ['a /64 subnet of IPv6', from('2001:db8::1'), from('2001:db8::2')],
    ['an address behind a proxy', from('10.0.0.1', '203.0.113.7'), from('10.0.0.2', '203.0.113.7')],
  ])('is %s', async (_, one, other) => {
    const limiter = createRateLimiter(TEN_PER_MINUTE);
    expect(await take(limiter, one, 10)).toEqual(['allowed', 0]);
    expect(await take(limiter, other)).toEqual([60, 0]);
  });

  test('are not the addresses behind one proxy', async () => {
    const limiter = createRateLimiter(TEN_PER_MINUTE);
    expect(await take(limiter, from('10.0.0.1', '203.0.113.7'), 10)).toEqual(['allowed', 0]);
    expect(await take(limiter, from('10.0.0.1', '203.0.113.8'))).toEqual(['allowed', 9]);
  });
});

test('a request that is worth more time than a timer can have is not followed by others at once', async () => {
  const limiter = createRateLimiter({ everyone: { texts: 1, seconds: 3600 }, clients: {} });
  expect(await take(limiter, withKey('shop'), 1_000)).toEqual(['allowed', 0]);
  vi.advanceTimersByTime(3_600_000);
  expect(await take(limiter, withKey('shop'))).toEqual([Math.ceil(2_147_483.647 - 3_600), 0]);
});

test('a key may have a rate of its own', async () => {
  const clients = { shop: { texts: 20, seconds: 1 } };
  const limiter = createRateLimiter({ everyone: { texts: 10, seconds: 1 }, clients });
  expect(await take(limiter, withKey('shop'), 15)).toEqual(['allowed', 5]);
  expect(await take(limiter, withKey('web'), 10)).toEqual(['allowed', 0]);
  const single = createRateLimiter({ everyone: undefined, clients });
  expect(await take(single, withKey('web'), 1_000)).toEqual(['allowed', undefined]);
  expect(await take(single, withKey('shop'), 1)).toEqual(['allowed', 19]);
});

test('of very many addresses, those that were idle longest are forgotten', async () => {
  const limiter = createRateLimiter(TEN_PER_MINUTE);
  const address = (index: number): string => `10.0.${Math.floor(index / 250)}.${index % 250}`;
  await take(limiter, from(address(0)), 10);
  await take(limiter, from(address(1)), 10);
  for (let i = 2; i < 10_000; i++) {
    await take(limiter, from(address(i)), 10);
  }
  expect(await take(limiter, from(address(0)))).toEqual([60, 0]);
  await take(limiter, from('192.0.2.1'), 10);
  expect(await take(limiter, from(address(1)))).toEqual(['allowed', 9]);
  expect(await take(limiter, from(address(0)))).toEqual([60, 0]);
  expect(vi.getTimerCount()).toBe(10_000);
});
