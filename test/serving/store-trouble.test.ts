import { expect, test } from 'vitest';
import { addFailure, describeTrouble, type StoreTrouble } from '../../src/serving/store-trouble.ts';
import { ModelError } from '../../src/version/errors.ts';

const failure = (attempt: number, error: ModelError) => ({ attempt, error });
const refused = new ModelError('store-unavailable', 'http://10.0.0.1 can’t be reached', {
  cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
});
const status = new ModelError('store-unavailable', 'http://10.0.0.1', { data: { status: 503 } });

test('the reason, since when, and how many attempts, without the address', () => {
  const first = addFailure(undefined, failure(1, status), 1_000);
  const later = addFailure(first, failure(12, refused), 100_000);
  expect(describeTrouble(first, 1_000)).toBe(
    'the store answers with status 503 since 0 s, 1 attempt',
  );
  expect(describeTrouble(later, 92_000)).toBe(
    'the store refuses connections since 91 s, 12 attempts',
  );
  expect(describeTrouble(later, 1_000 + 150_000)).toBe(
    'the store refuses connections since 2 min, 12 attempts',
  );
});

test('begins anew after the store has answered', () => {
  const before: StoreTrouble = addFailure(undefined, failure(1, refused), 0);
  expect(addFailure(before, failure(1, refused), 60_000)).toMatchObject({
    sinceMs: 60_000,
    attempts: 1,
  });
});

test.each([
  ['ENOTFOUND', 'the store has a name that can’t be resolved since 0 s, 1 attempt'],
  ['EPIPE', 'the store can’t be reached (EPIPE) since 0 s, 1 attempt'],
  ['other', 'the store can’t be read since 0 s, 1 attempt'],
])('%s', (code, expected) => {
  const error = new ModelError('store-unavailable', 'x', {
    cause: Object.assign(new Error(), { code }),
  });
  expect(describeTrouble(addFailure(undefined, failure(1, error), 5), 5)).toBe(expected);
});
