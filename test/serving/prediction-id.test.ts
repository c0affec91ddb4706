import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';

const KEY = 'a key of 16 characters or more';
const commit = '32eb7fd5469295075ea10dfc54e9c97da5514a19';
const DAY_MS = 86_400_000;

test('any replica with the key reads what is in it', () => {
  const id = createPredictionIds(KEY).create({ label: 'positive', commit });
  expect(id).toMatch(/^[\w-]{40,60}$/);
  expect(createPredictionIds(KEY).read(id)).toEqual({
    status: 'valid',
    label: 'positive',
    commit: '32eb7fd5',
  });
});

test.each([
  ['another key', createPredictionIds('another key of some length')],
  ['no key, which is another one in each process', createPredictionIds(undefined)],
])('%s does not', (_, ids) => {
  const id = createPredictionIds(KEY).create({ label: 'positive', commit });
  expect(ids.read(id).status).toBe('forged');
});

test('without a key, the process itself reads it', () => {
  const ids = createPredictionIds(undefined);
  expect(ids.read(ids.create({ label: 'ärger', commit }))).toMatchObject({ label: 'ärger' });
});

test('no other string is taken for an id', () => {
  const ids = createPredictionIds(KEY);
  const id = ids.create({ label: 'positive', commit });
  const bytes = Buffer.from(id, 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const forged = Buffer.from(bytes);
      forged[at] = (forged[at] as number) ^ change;
      return ids.read(forged.toString('base64url')).status === 'forged';
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => ids.read(text).status === 'forged'));
  for (const other of ['', `${id}=`, ` ${id}`, id.slice(0, -1), `${id}A`, id.toLowerCase()]) {
    expect(ids.read(other).status, other).toBe('forged');
  }
});

test('ids of one prediction after another differ', () => {
  const ids = createPredictionIds(KEY, () => 0);
  const made = Array.from({ length: 5000 }, () => ids.create({ label: 'neutral', commit }));
  expect(new Set(made).size).toBe(5000);
});

test.each([
  ['now', 0, 'valid'],
  ['after seven days', 7 * DAY_MS, 'valid'],
  ['after more than seven days', 7 * DAY_MS + 1000, 'expired'],
  ['by a clock that is five minutes late', -300_000, 'valid'],
  ['by a clock that is an hour late', -3_600_000, 'expired'],
])('feedback %s: %s', (_, laterMs, status) => {
  const start = Date.UTC(2026, 10, 24);
  const id = createPredictionIds(KEY, () => start).create({ label: 'positive', commit });
  expect(createPredictionIds(KEY, () => start + laterMs).read(id).status).toBe(status);
});
