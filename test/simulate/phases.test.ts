import { expect, test } from 'vitest';
import { parseMix, parsePhaseDuration, planPhases } from '../../src/simulate/phases.ts';

test.each([
  ['en=1', { en: 1 }],
  ['en=1,de=0.2', { en: 1, de: 0.2 }],
  [' es=2 , fr=0 ', { es: 2, fr: 0 }],
])('mix %j', (text, mix) => {
  expect(parseMix(text)).toEqual(mix);
});

const LANGUAGES =
  'expected language=weight, such as en=1,de=0.2, with the languages de, en, es, fr; found ';
test.each([
  ['', `${LANGUAGES}""`],
  ['en', `${LANGUAGES}"en"`],
  ['it=1', `${LANGUAGES}"it=1"`],
  ['toString=1', `${LANGUAGES}"toString=1"`],
  ['en=1,', `${LANGUAGES}""`],
  ['en=-1', `${LANGUAGES}"en=-1"`],
  ['en=1;de=1', `${LANGUAGES}"en=1;de=1"`],
  ['en=1,en=2', 'expected each language once; found en again'],
  ['en=0,de=0.0', 'expected a weight above 0'],
])('bad mix %j', (text, message) => {
  expect(() => parseMix(text)).toThrow(new RangeError(message));
});

test.each([
  ['30s', 30_000],
  ['2m', 120_000],
  ['1.5h', 5_400_000],
])('duration %s', (text, durationMs) => {
  expect(parsePhaseDuration(text)).toBe(durationMs);
});

test.each(['', '2', 'm', '0s', '-1s', '2 m', '2d', '1e3s'])('bad duration %j', (text) => {
  expect(() => parsePhaseDuration(text)).toThrow(
    new RangeError(`expected a duration such as 30s, 2m or 1h; found "${text}"`),
  );
});

test('one duration is for all phases, or there is one for each', () => {
  const mixes = [{ en: 1 }, { de: 1 }, { fr: 1 }];
  expect(planPhases(mixes, [5]).map(({ durationMs }) => durationMs)).toEqual([5, 5, 5]);
  expect(planPhases(mixes, [1, 2, 3]).map(({ durationMs }) => durationMs)).toEqual([1, 2, 3]);
  expect(() => planPhases(mixes, [1, 2])).toThrow(
    new RangeError('expected one duration, or one for each of 3 phases; found 2'),
  );
});
