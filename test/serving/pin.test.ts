import { afterEach, expect, test, vi } from 'vitest';
import { watchPin } from '../../src/serving/pin.ts';

afterEach(() => void vi.useRealTimers());

test('a changed pin is acted on once; what was pinned at first is served already', async () => {
  vi.useFakeTimers();
  const pins = ['a', 'a', 'b', 'b', new Error('store is away'), 'c'];
  const acted: string[] = [];
  const errors: unknown[] = [];
  const watcher = watchPin({
    read: async () => {
      const next = pins.shift() ?? 'c';
      if (next instanceof Error) {
        throw next;
      }
      return next;
    },
    intervalMs: 1_000,
    onPinned: async (commit, by) => void acted.push(`${commit} ${by}`),
    onError: (error) => void errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(8_000);
  watcher.stop();
  expect(acted).toEqual(['b WATCH_PIN', 'c WATCH_PIN']);
  expect(errors).toHaveLength(1);
});

test('on request it is read at once, and served also where it has not changed', async () => {
  const acted: string[] = [];
  const watcher = watchPin({
    read: async () => 'a',
    intervalMs: 0,
    onPinned: async (commit, by) => void acted.push(`${commit} ${by}`),
    onError: () => undefined,
  });
  await watcher.read('SIGHUP');
  await watcher.read('SIGHUP');
  expect(acted).toEqual(['a SIGHUP', 'a SIGHUP']);
});
