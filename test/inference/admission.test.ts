import { describe, expect, test } from 'vitest';
import { type AdmissionLimits, advance, decide, type Load } from '../../src/inference/admission.ts';
import { createDrainRate } from '../../src/inference/drain-rate.ts';
import { createLockedBatcher } from './locked-executor.ts';

const LIMITS: AdmissionLimits = { capacity: 1_000, minLimit: 50, requestTimeoutMs: 10_000 };

/** A request behind all others in a burst; the workers complete one cost unit in 10 ms. */
function load(changes: Partial<Load>): Load {
  const queued = changes.queued ?? 0;
  return {
    ...{ added: 1, queued, busyMs: 0, rate: 0.1 },
    ...{ tag: 0, beforeFirst: queued, beforeLast: queued, debt: 0, isWaiting: false },
    ...changes,
  };
}

describe('a request', () => {
  test.each<[string, Partial<Load>, string]>([
    ['that waits for half of the timeout', { queued: 500 }, 'admitted'],
    ['that would wait longer', { queued: 501 }, 'would-wait-too-long'],
    [
      'in a queue that has been busy for long',
      { queued: 101, busyMs: 2_000 },
      'would-wait-too-long',
    ],
    ['behind a batch for each worker', { queued: 49, busyMs: 9e9, rate: 0.001 }, 'admitted'],
    ['while the rate is not known', { queued: 999, rate: undefined }, 'admitted'],
    ['that does not fit', { queued: 1_000, rate: undefined }, 'queue-full'],
    ['larger than the capacity, if nothing waits', { added: 2_000, rate: undefined }, 'admitted'],
    ['that is soon served in the fair order', { queued: 900, beforeLast: 10 }, 'admitted'],
    [
      'of a client that was served more than others',
      { queued: 100, debt: 501 },
      'would-wait-too-long',
    ],
    [
      'that others have to make room for',
      { queued: 1_000, beforeFirst: 9, beforeLast: 9 },
      'admitted',
    ],
  ])('%s', (_, changes, expected) => {
    expect(decide(load(changes), LIMITS).type).toBe(expected);
  });

  test('learns when it would be admitted', () => {
    expect(decide(load({ queued: 700 }), LIMITS)).toEqual({
      ...{ type: 'would-wait-too-long', waitMs: 7_000, maxWaitMs: 5_000, retryAfterMs: 2_000 },
    });
    expect(decide(load({ queued: 500, added: 600, isWaiting: true }), LIMITS)).toEqual({
      ...{ type: 'queue-full', retryAfterMs: 1_000 },
    });
  });

  test('evicts no more than it needs room for', () => {
    const few = { queued: 990, added: 30, beforeFirst: 9, beforeLast: 9 };
    expect(decide(load(few), LIMITS)).toEqual({ type: 'admitted', evicted: 20 });
  });
});

test('a stall of the process is no load: neither the rate nor the busy time changes much', () => {
  const rate = createDrainRate(2);
  for (let batch = 0; batch < 20; batch++) {
    rate.record(10, 100);
  }
  expect(rate.perMs()).toBe(0.2);
  rate.record(10, 60_000);
  rate.record(10, 60_000);
  expect(rate.perMs()).toBe(0.2);
  const period = { ms: 0, at: 0 };
  advance(period, 100, false);
  advance(period, 60_100, false);
  expect(period.ms).toBeLessThan(1_000);
  advance(period, 60_200, true);
  expect(period.ms).toBe(0);
});

test('the rate is not known before some batches have ended, and follows a lasting change', () => {
  const rate = createDrainRate(1);
  rate.record(10, 100);
  expect(rate.perMs()).toBeUndefined();
  for (let batch = 0; batch < 16; batch++) {
    rate.record(10, 100);
  }
  for (let batch = 0; batch < 9; batch++) {
    rate.record(10, 1_000);
  }
  expect(rate.perMs()).toBe(0.01);
});

describe('the queue', () => {
  test('refuses a request that does not fit as a whole, and keeps what it has', async () => {
    const { batcher, running } = createLockedBatcher({ capacity: 3 });
    void batcher.submit(['running']);
    const kept = batcher.submit(['a', 'b']);
    expect(() => batcher.submit(['c', 'd'])).toThrow(
      expect.objectContaining({
        code: 'queue-full',
        message: 'the queue has room for 1 texts of 3',
        data: { retryAfterSeconds: 1 },
      }),
    );
    expect(batcher.length()).toBe(2);
    await running[0]!.end();
    await running[0]!.end();
    expect(await kept).toHaveLength(2);
  });

  test('counts a long text as several', () => {
    const { batcher } = createLockedBatcher({ capacity: 12 });
    void batcher.submit(['running']);
    const long = (i: number): string => `${i} ${'日本語'.repeat(100)}`;
    void batcher.submit([long(1), long(2)]);
    void batcher.submit(['a', 'b', 'c', 'd']);
    expect(() => batcher.submit(['e'])).toThrow(expect.objectContaining({ code: 'queue-full' }));
    expect(batcher.length()).toBe(6);
  });

  test('is not taken for slow after the process stood still', async () => {
    let time = 0;
    const { batcher, running } = createLockedBatcher({ capacity: 1_000, now: () => time });
    const submit = (name: string): void => void batcher.submit([name]).catch(() => undefined);
    for (let i = 0; i < 40; i++) {
      submit(`before ${i}`);
    }
    while (running[0]) {
      time += 10 * running[0].texts.length;
      await running[0].end();
    }
    for (let i = 0; i < 22; i++) {
      submit(`waiting ${i}`);
    }
    time += 60_000;
    for (let i = 0; i < 50; i++) {
      submit(`after ${i}`);
    }
    expect(batcher.length()).toBe(71);
  });

  test('says for how long a text would wait', async () => {
    let time = 0;
    const { batcher, running } = createLockedBatcher({ capacity: 1_000, now: () => time });
    for (let i = 0; i < 800; i++) {
      void batcher.submit([`text ${i}`]).catch(() => undefined);
    }
    for (let batch = 0; batch < 5; batch++) {
      time += 10 * running[0]!.texts.length;
      await running[0]!.end();
    }
    expect(() => batcher.submit(['late'])).toThrow(
      expect.objectContaining({
        code: 'would-wait-too-long',
        message: 'the texts would wait for 7.6 s, more than 5.0 s',
        data: { retryAfterSeconds: 3 },
      }),
    );
  });

  test('lets a client with one text in before the last ones of a client that fills it', async () => {
    const { batcher, running } = createLockedBatcher({ capacity: 10, maxBatch: 1 });
    void batcher.submit(['running'], { client: 'large' });
    const kept = batcher.submit(['a', 'b', 'c', 'd', 'e'], { client: 'large' });
    const evicted = batcher.submit(['f', 'g', 'h', 'i', 'j'], { client: 'large' });
    const expected = expect(evicted).rejects.toMatchObject({ code: 'queue-full' });
    const single = batcher.submit(['single'], { client: 'small' });
    await expected;
    expect(batcher.length()).toBe(6);
    const served: string[] = [];
    for (let text = 0; text < 6; text++) {
      await running[0]!.end();
      served.push(...running[0]!.texts);
    }
    expect(served.indexOf('single')).toBeLessThan(2);
    await running[0]!.end();
    expect([await kept, await single].map((results) => results.length)).toEqual([5, 1]);
  });
});
