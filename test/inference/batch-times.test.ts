import { expect, test } from 'vitest';
import type { BatchTimes } from '../../src/inference/classify-options.ts';
import { createLockedBatcher } from './locked-executor.ts';

/** A batcher with a clock, and requests that record their batches. */
function createTimedBatcher(options: { maxBatch?: number; workers?: number } = {}) {
  let time = 0;
  const { batcher, running } = createLockedBatcher({ ...options, now: () => time });
  return {
    batcher,
    running,
    advance: (ms: number): void => {
      time += ms;
    },
    submit: (texts: readonly string[]) => {
      const batches: (Pick<BatchTimes, 'startedAt' | 'endedAt' | 'texts'> & {
        queuedAt: number;
      })[] = [];
      let cancel: (reason: unknown) => void = () => undefined;
      const promise = batcher.submit(texts, {
        onWaiting: (received) => {
          cancel = received;
        },
        onBatch: ({ startedAt, endedAt, texts: count }, queuedAt) =>
          batches.push({ queuedAt, startedAt, endedAt, texts: count }),
      });
      return { batches, promise, cancel };
    },
  };
}

test('a request receives the times of each of its batches, in their order', async () => {
  const { running, advance, submit } = createTimedBatcher({ maxBatch: 2 });
  const { batches, promise } = submit(['a', 'b', 'c']);
  advance(5);
  await running[0]!.end();
  expect(batches).toEqual([{ queuedAt: 0, startedAt: 0, endedAt: 5, texts: 2 }]);
  advance(7);
  await running[0]!.end();
  await promise;
  expect(batches.slice(1)).toEqual([{ queuedAt: 0, startedAt: 5, endedAt: 12, texts: 1 }]);
});

test('a batch is reported before the promise resolves', async () => {
  const { batcher, running } = createTimedBatcher();
  const events: string[] = [];
  const promise = batcher
    .submit(['a'], { onBatch: () => events.push('batch') })
    .then(() => events.push('resolved'));
  await running[0]!.end();
  await promise;
  expect(events).toEqual(['batch', 'resolved']);
});

test('each request of a batch receives it once, with the time when its own texts began to wait', async () => {
  const { running, advance, submit } = createTimedBatcher();
  const first = submit(['running']);
  advance(1);
  const second = submit(['a', 'b', 'a']);
  advance(2);
  const third = submit(['b', 'c']);
  advance(3);
  await running[0]!.end();
  advance(4);
  await running[0]!.end();
  await Promise.all([first.promise, second.promise, third.promise]);
  expect(first.batches).toEqual([{ queuedAt: 0, startedAt: 0, endedAt: 6, texts: 1 }]);
  expect(second.batches).toEqual([{ queuedAt: 1, startedAt: 6, endedAt: 10, texts: 3 }]);
  expect(third.batches).toEqual([{ queuedAt: 3, startedAt: 6, endedAt: 10, texts: 3 }]);
});

test('a text that already runs for another request began to wait after the start of the batch', async () => {
  const { running, advance, submit } = createTimedBatcher();
  submit(['a']);
  advance(4);
  const { batches, promise } = submit(['a']);
  advance(5);
  await running[0]!.end();
  await promise;
  expect(batches).toEqual([{ queuedAt: 4, startedAt: 0, endedAt: 9, texts: 1 }]);
});

test('a batch that fails is reported before the promise rejects, and no later batch is', async () => {
  const { running, advance, submit } = createTimedBatcher({ maxBatch: 1, workers: 2 });
  const { batches, promise } = submit(['a', 'b', 'never run']);
  const rejected = promise.catch((error: Error) => ({
    message: error.message,
    seen: [...batches],
  }));
  advance(3);
  await running[0]!.end(new Error('no'));
  const failed = { queuedAt: 0, startedAt: 0, endedAt: 3, texts: 1 };
  expect(await rejected).toEqual({ message: 'no', seen: [failed] });
  await running[0]!.end();
  expect(running).toEqual([]);
  expect(batches).toEqual([failed]);
});

test('a request that was cancelled receives nothing', async () => {
  const { running, submit } = createTimedBatcher();
  const { batches, promise, cancel } = submit(['a']);
  cancel(new Error('the client has gone'));
  await expect(promise).rejects.toThrow('the client has gone');
  await running[0]!.end();
  expect(batches).toEqual([]);
});

test('the requests of a batch receive one object, with what the worker reported', async () => {
  const { batcher, running } = createLockedBatcher();
  void batcher.submit(['running']);
  const received: BatchTimes[] = [];
  const onBatch = (batch: BatchTimes): void => void received.push(batch);
  const both = Promise.all([
    batcher.submit(['a'], { onBatch }),
    batcher.submit(['b'], { onBatch }),
  ]);
  await running[0]!.end();
  await running[0]!.end();
  await both;
  expect(received).toHaveLength(2);
  expect(received[0]).toBe(received[1]);
  const { threadId, tokenizing, runs } = received[0]!.report!;
  expect({ threadId, tokenizing, runs }).toEqual({
    threadId: 1,
    tokenizing: { startedAt: 0, endedAt: 1 },
    runs: [{ texts: 2, startedAt: 1, endedAt: 2 }],
  });
});
