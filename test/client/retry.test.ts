import { describe, expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode, problemType } from '../../src/api/problem.ts';
import {
  isNeverSent,
  mayRepeatAnswered,
  NOTHING_DONE,
  waitBefore,
} from '../../src/client/retry.ts';

test('every problem with status 429 or 503 says that nothing was done, and no other', () => {
  const codes = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) =>
    [429, 503].includes(PROBLEMS[code][0]),
  );
  expect([...NOTHING_DONE].sort()).toEqual(codes.map(problemType).sort());
});

test.each([
  ['a full queue', 429, '/problems/queue-full', true, true],
  ['a server that starts', 503, '/problems/not-ready', true, true],
  ['503 of a proxy', 503, undefined, false, true],
  ['429 of a proxy', 429, undefined, false, false],
  ['no prediction in time', 504, '/problems/deadline-exceeded', false, true],
  ['a gateway', 502, undefined, false, true],
  ['an error of the server', 500, '/problems/internal-error', false, false],
  ['a wrong request', 400, '/problems/invalid-body', false, false],
] as const)('after %s', (_, status, problem, isPredictRepeated, isReadRepeated) => {
  expect(mayRepeatAnswered({ status, problem }, false)).toBe(isPredictRepeated);
  expect(mayRepeatAnswered({ status, problem }, true)).toBe(isReadRepeated);
});

describe('a request is known not to be sent', () => {
  const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' });
  const reset = Object.assign(new Error(), { code: 'ECONNRESET' });
  test.each([
    ['where the connection is refused', new TypeError('fetch failed', { cause: refused }), true],
    [
      'where each address of the name refuses it',
      new TypeError('', { cause: new AggregateError([refused, refused]) }),
      true,
    ],
    [
      'unless one address had it',
      new TypeError('', { cause: new AggregateError([refused, reset]) }),
      false,
    ],
    ['unless the connection is lost', new TypeError('', { cause: reset }), false],
    ['unless nothing is known, as in a browser', new TypeError('Failed to fetch'), false],
  ])('%s', (_, error, expected) => {
    expect(isNeverSent(error)).toBe(expected);
  });
});

describe('the wait before the next attempt', () => {
  const nowMs = () => Date.UTC(2026, 10, 30, 12, 0, 0);
  const wait = (attempt: number, retryAfter: string | null, random: number) =>
    waitBefore(attempt, retryAfter, { random: () => random, nowMs });

  test('doubles up to 5 s, with full jitter', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => wait(attempt, null, 1))).toEqual([
      ...[200, 400, 800, 1600, 3200, 5000, 5000],
    ]);
    expect(wait(3, null, 0)).toBe(0);
    expect(wait(3, null, 0.5)).toBe(400);
  });

  test.each([
    ['seconds', '7', 7000],
    ['a date', 'Mon, 30 Nov 2026 12:00:03 GMT', 3000],
    ['a date that is over', 'Mon, 30 Nov 2026 11:00:00 GMT', 0],
    ['something else', 'soon', 0],
  ])('begins after Retry-After: %s', (_, retryAfter, expected) => {
    expect(wait(1, retryAfter, 0)).toBe(expected);
    expect(wait(1, retryAfter, 1)).toBe(expected + 200);
  });
});
