import { expect, test } from 'vitest';
import { forEachConcurrently } from '../../src/version/parallel.ts';

/** Work for numbers that ends when the test lets it, and what is running. */
function createWork() {
  const running = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const started: number[] = [];
  const signals: AbortSignal[] = [];
  return {
    running,
    started,
    signals,
    run: (item: number, signal: AbortSignal): Promise<void> => {
      started.push(item);
      signals.push(signal);
      return new Promise<void>((resolve, reject) => {
        running.set(item, { resolve, reject });
      }).finally(() => running.delete(item));
    },
    /** Ends the work for an item, and lets what waits for it continue. */
    end: async (item: number, error?: Error): Promise<void> => {
      const { resolve, reject } = running.get(item)!;
      error ? reject(error) : resolve();
      await new Promise(setImmediate);
    },
  };
}

test('runs a limited number at a time, in order', async () => {
  const { run, running, started, end } = createWork();
  const done = forEachConcurrently([1, 2, 3], 2, run);
  expect([...running.keys()]).toEqual([1, 2]);
  await end(2);
  expect([...running.keys()]).toEqual([1, 3]);
  await end(1);
  await end(3);
  await done;
  expect(started).toEqual([1, 2, 3]);
});

test('after a failure starts nothing, aborts what runs, and rejects when that has ended', async () => {
  const { run, running, started, signals, end } = createWork();
  let outcome: unknown = 'pending';
  const done = forEachConcurrently([1, 2, 3], 2, run).catch((error: unknown) => {
    outcome = error;
  });
  const failure = new Error('disk full');
  await end(1, failure);
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect([...running.keys()]).toEqual([2]);
  expect(outcome).toBe('pending');
  await end(2, new Error('aborted'));
  await done;
  expect(outcome).toBe(failure);
  expect(started).toEqual([1, 2]);
});
