import { describe, expect, test } from 'vitest';
import { createLockedBatcher } from './locked-executor.ts';

test('a request that does not fit is refused as a whole, and the queue keeps what it has', async () => {
  const { batcher, running } = createLockedBatcher({ capacity: 3 });
  void batcher.submit(['running']);
  const kept = batcher.submit(['a', 'b']);
  expect(() => batcher.submit(['c', 'd'])).toThrow(
    expect.objectContaining({
      code: 'queue-full',
      message: 'the queue has room for 1 texts of 3',
    }),
  );
  expect(batcher.length()).toBe(2);
  await running[0]!.end();
  await running[0]!.end();
  expect(await kept).toHaveLength(2);
});

describe('a queue that is never empty', () => {
  /** A worker that takes 10 ms for each text, and a clock that advances with it. */
  function createSlowBatcher() {
    let time = 0;
    let last = 0;
    const { batcher, running } = createLockedBatcher({
      maxBatch: 10,
      capacity: 1000,
      now: () => time,
    });
    return {
      batcher,
      /** @returns how many single-text requests were accepted. */
      submit: (count: number): number => {
        let accepted = 0;
        for (let i = 0; i < count; i++) {
          last++;
          try {
            void batcher.submit([`text ${last}`]);
            accepted++;
          } catch {
            // Refused.
          }
        }
        return accepted;
      },
      advance: (ms: number): void => {
        time += ms;
      },
      runFor: async (ms: number): Promise<void> => {
        for (const end = time + ms; time < end && running[0]; ) {
          time += 10 * running[0].texts.length;
          await running[0].end();
        }
      },
    };
  }

  test('accepts a burst, and then what can be answered in half of the request timeout', async () => {
    const { batcher, submit, runFor } = createSlowBatcher();
    expect(submit(600)).toBe(600);
    await runFor(400);
    // The rate is not known yet.
    expect(submit(100)).toBe(100);
    await runFor(200);
    // 100 texts a second leave the queue: more than 600 take longer than six seconds.
    expect(batcher.length()).toBeGreaterThan(600);
    expect(submit(1)).toBe(0);
    await runFor(1_300);
    const room = 500 - batcher.length();
    expect(room).toBeGreaterThan(0);
    // The ten texts that run count as answered.
    expect(Math.abs(submit(100) - room)).toBeLessThan(30);
  });

  test('after two seconds accepts only what can be answered in a tenth of the timeout', async () => {
    const { batcher, submit, runFor } = createSlowBatcher();
    submit(500);
    await runFor(2_100);
    expect(batcher.length()).toBeGreaterThan(200);
    expect(submit(1)).toBe(0);
    await runFor(2_400);
    const room = 101 - batcher.length();
    expect(room).toBeGreaterThan(0);
    expect(Math.abs(submit(100) - room)).toBeLessThan(5);
    await runFor(10_000);
    expect(batcher.length()).toBe(0);
    expect(submit(700)).toBe(700);
  });

  test('always accepts a batch for each worker, however long the running batches take', () => {
    const { submit, advance } = createSlowBatcher();
    // One runs, one waits.
    expect(submit(2)).toBe(2);
    advance(5_000);
    expect(submit(20)).toBe(9);
  });
});
