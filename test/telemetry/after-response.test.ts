import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deferUntilAfterResponse } from '../../src/telemetry/after-response.ts';

test('calls wait until what runs is done, and come in their order, before a later immediate', async () => {
  const made: number[] = [];
  const call = deferUntilAfterResponse(
    (value: number) => made.push(value),
    (error) => {
      throw error;
    },
  );
  call(1);
  await Promise.resolve();
  call(2);
  expect(made).toEqual([]);
  await setImmediate();
  expect(made).toEqual([1, 2]);
  call(3);
  await setImmediate();
  expect(made).toEqual([1, 2, 3]);
});

test('where a call throws, its error is reported and the others are made', async () => {
  const made: string[] = [];
  const errors: unknown[] = [];
  const blamed: string[] = [];
  const error = new Error('bad');
  const call = deferUntilAfterResponse(
    (name: string) => {
      if (name === 'bad') {
        throw error;
      }
      made.push(name);
    },
    (thrown, name) => {
      errors.push(thrown);
      blamed.push(name);
    },
  );
  ['first', 'bad', 'last'].forEach((name) => {
    call(name);
  });
  await setImmediate();
  expect(made).toEqual(['first', 'last']);
  expect(errors).toEqual([error]);
  expect(blamed).toEqual(['bad']);
});
