import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batcher, createBatcher, type Executor } from '../../src/inference/batcher.ts';
import type { BatchResult } from '../../src/inference/messages.ts';

const observer = {
  onQueue: () => undefined,
  onDequeue: () => undefined,
  onRun: () => undefined,
};
const identifyLanguage = (text: string) => ({ language: `of ${text}`, confidence: 1 });
const defaults = { observer, identifyLanguage, requestTimeoutMs: 10_000 };

/** Gives back a text's own length as its only logit, so that each answer tells whose it is. */
function resultOf(texts: readonly string[]): BatchResult {
  return {
    logits: Float32Array.from(texts, (text) => text.length),
    tokens: Uint32Array.from(texts, (text) => text.length),
    unknown: new Uint32Array(texts.length),
    truncated: new Uint8Array(texts.length),
    runs: [{ texts: texts.length, durationMs: 1 }],
  };
}

/** Workers whose batches end when the test says so. */
function lockedExecutor(workers: number) {
  const running: { texts: readonly string[]; end(error?: Error): Promise<void> }[] = [];
  const executor: Executor = {
    size: workers,
    idle: () => workers - running.length,
    run: (texts) =>
      new Promise((resolve, reject) => {
        const batch = {
          texts,
          end: async (error?: Error) => {
            running.splice(running.indexOf(batch), 1);
            error ? reject(error) : resolve(resultOf(texts));
            await new Promise(setImmediate);
          },
        };
        running.push(batch);
      }),
  };
  return { executor, running };
}

/** A request, and what gives it up. */
function submitToDrop(batcher: Batcher, texts: readonly string[]) {
  let giveUp: (reason: unknown) => void = () => undefined;
  const dropped = batcher.submit(texts, (given) => {
    giveUp = given;
  });
  return { dropped, giveUp };
}

test('a text goes to a free worker at once, alone', () => {
  const { executor, running } = lockedExecutor(1);
  const batcher = createBatcher({ executor, maxBatch: 8, capacity: 10, ...defaults });
  void batcher.submit(['a']);
  expect(running.map(({ texts }) => texts)).toEqual([['a']]);
  expect(batcher.length()).toBe(0);
});

test('what waits meanwhile goes together, the oldest with those nearest to it in length', async () => {
  const { executor, running } = lockedExecutor(1);
  const batcher = createBatcher({ executor, maxBatch: 3, capacity: 10, ...defaults });
  for (const text of ['first', 'xx', 'x'.repeat(99), 'xxx', 'x'.repeat(90), 'xxxx']) {
    void batcher.submit([text]);
  }
  await running[0]!.end();
  expect(running[0]!.texts).toEqual(['xx', 'xxx', 'xxxx']);
  await running[0]!.end();
  expect(running[0]!.texts).toEqual(['x'.repeat(99), 'x'.repeat(90)]);
});

test('one request of many texts is shared by all free workers', () => {
  const { executor, running } = lockedExecutor(2);
  const batcher = createBatcher({ executor, maxBatch: 16, capacity: 20, ...defaults });
  void batcher.submit(Array.from({ length: 12 }, (_, i) => `text ${i}`));
  expect(running.map(({ texts }) => texts.length)).toEqual([6, 6]);
});

test('a worker that is free alone takes most of what waits, and leaves some', async () => {
  const { executor, running } = lockedExecutor(2);
  const batcher = createBatcher({ executor, maxBatch: 16, capacity: 20, ...defaults });
  for (let i = 0; i < 10; i++) {
    void batcher.submit([`text ${i}`]);
  }
  await running[0]!.end();
  expect(running.map(({ texts }) => texts.length)).toEqual([1, 6]);
  expect(batcher.length()).toBe(2);
});

test('answers never change places, whatever is batched with what', async () => {
  const requests = fc.array(
    fc.array(fc.string({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 12 }),
    { minLength: 1, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 9 }), async (all, maxBatch) => {
      let busy = 0;
      const executor: Executor = {
        size: 3,
        idle: () => 3 - busy,
        run: async (texts) => {
          busy++;
          await new Promise(setImmediate);
          busy--;
          return resultOf(texts);
        },
      };
      const batcher = createBatcher({ executor, maxBatch, capacity: 1000, ...defaults });
      const answers = await Promise.all(all.map((texts) => batcher.submit(texts)));
      expect(answers.map((rows) => rows.map(({ logits }) => logits[0]))).toEqual(
        all.map((texts) => texts.map((text) => text.length)),
      );
    }),
    { numRuns: 50 },
  );
});

describe('a full queue', () => {
  test('refuses a request whole, at once, and keeps what it has', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 8, capacity: 3, ...defaults });
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
});

describe('a queue that is never empty', () => {
  /** A worker that takes 10 ms a text, and a clock that goes on with it. */
  function slowBatcher(capacity: number) {
    const { executor, running } = lockedExecutor(1);
    let time = 0;
    let last = 0;
    const batcher = createBatcher({
      executor,
      maxBatch: 10,
      capacity,
      ...defaults,
      now: () => time,
    });
    return {
      batcher,
      /** @returns how many were accepted. */
      ask: (count: number): number => {
        let accepted = 0;
        for (let i = 0; i < count; i++) {
          last++;
          try {
            void batcher.submit([`text ${last}`]);
            accepted++;
          } catch {
            // Full.
          }
        }
        return accepted;
      },
      wait: (ms: number): void => {
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

  test('takes a burst that comes at once, and then what is answered in half of a timeout', async () => {
    const { batcher, ask, runFor } = slowBatcher(1000);
    expect(ask(600)).toBe(600);
    await runFor(400);
    // How fast it empties is not known yet.
    expect(ask(100)).toBe(100);
    await runFor(200);
    // 100 texts a second leave it: as much as waits is answered in six seconds.
    expect(batcher.length()).toBeGreaterThan(600);
    expect(ask(1)).toBe(0);
    await runFor(1_300);
    const room = 500 - batcher.length();
    expect(room).toBeGreaterThan(0);
    // The ten texts at work count as answered.
    expect(Math.abs(ask(100) - room)).toBeLessThan(30);
  });

  test('after two seconds takes only what is answered in a tenth of a timeout', async () => {
    const { batcher, ask, runFor } = slowBatcher(1000);
    ask(500);
    await runFor(2_100);
    expect(batcher.length()).toBeGreaterThan(200);
    expect(ask(1)).toBe(0);
    await runFor(2_400);
    const room = 101 - batcher.length();
    expect(room).toBeGreaterThan(0);
    expect(Math.abs(ask(100) - room)).toBeLessThan(5);
    await runFor(10_000);
    expect(batcher.length()).toBe(0);
    expect(ask(700)).toBe(700);
  });

  test('takes a batch for each worker however long those at work are', () => {
    const { ask, wait } = slowBatcher(1000);
    // One is at work, one waits.
    expect(ask(2)).toBe(2);
    wait(5_000);
    expect(ask(20)).toBe(9);
  });
});

describe('a request that is given up', () => {
  test('leaves the queue, and the rest moves up', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 1, capacity: 10, ...defaults });
    void batcher.submit(['running']);
    const { dropped, giveUp } = submitToDrop(batcher, ['a', 'b']);
    void batcher.submit(['c']);
    giveUp(new Error('the client has gone'));
    await expect(dropped).rejects.toThrow('the client has gone');
    expect(batcher.length()).toBe(1);
    await running[0]!.end();
    expect(running[0]!.texts).toEqual(['c']);
  });

  test('while it runs does no harm to its neighbours', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 2, capacity: 10, ...defaults });
    void batcher.submit(['running']);
    const { dropped, giveUp } = submitToDrop(batcher, ['aa']);
    const kept = batcher.submit(['bbb']);
    await running[0]!.end();
    giveUp(new Error('the client has gone'));
    await expect(dropped).rejects.toThrow('the client has gone');
    await running[0]!.end();
    expect((await kept)[0]?.tokens).toBe(3);
  });
});

test('each text has its language', async () => {
  const { executor, running } = lockedExecutor(1);
  const batcher = createBatcher({ executor, maxBatch: 8, capacity: 10, ...defaults });
  const answer = batcher.submit(['a', 'bb']);
  await running[0]!.end();
  expect((await answer).map(({ language }) => language.language)).toEqual(['of a', 'of bb']);
});

test('where a language can not be told, the request fails once its worker is free again', async () => {
  const { executor, running } = lockedExecutor(1);
  const identifyLanguage = () => {
    throw new Error('no tables');
  };
  const batcher = createBatcher({
    ...defaults,
    executor,
    maxBatch: 8,
    capacity: 10,
    identifyLanguage,
  });
  const failed = [batcher.submit(['a']), batcher.submit(['b'])];
  const expected = failed.map((each) => expect(each).rejects.toThrow('no tables'));
  await running[0]!.end();
  await running[0]!.end();
  await Promise.all(expected);
});

test('an error of a batch reaches its requests alone, and the work goes on', async () => {
  const { executor, running } = lockedExecutor(1);
  const batcher = createBatcher({ executor, maxBatch: 1, capacity: 10, ...defaults });
  const bad = expect(batcher.submit(['bad', 'never run'])).rejects.toThrow('no');
  const good = batcher.submit(['good']);
  await running[0]!.end(new Error('no'));
  await bad;
  expect(running[0]!.texts).toEqual(['good']);
  await running[0]!.end();
  expect((await good)[0]?.tokens).toBe(4);
});

test('the observer hears how long each text waited', async () => {
  const { executor, running } = lockedExecutor(1);
  const waits: number[] = [];
  let time = 0;
  const batcher = createBatcher({
    executor,
    maxBatch: 8,
    capacity: 10,
    ...defaults,
    observer: { ...observer, onDequeue: (waitMs) => waits.push(waitMs) },
    now: () => time,
  });
  void batcher.submit(['a']);
  void batcher.submit(['b']);
  time = 70;
  await running[0]!.end();
  expect(waits).toEqual([0, 70]);
});

describe('a text that waits or runs already', () => {
  test('is run once, for all who ask', async () => {
    const { executor, running } = lockedExecutor(1);
    const shared: boolean[] = [];
    const batcher = createBatcher({
      executor,
      maxBatch: 8,
      capacity: 10,
      ...defaults,
      observer: { ...observer, onQueue: (isShared) => shared.push(isShared) },
    });
    const answers = [
      batcher.submit(['running']),
      batcher.submit(['a', 'running', 'bb']),
      batcher.submit(['bb', 'bb']),
    ];
    expect(batcher.length()).toBe(2);
    await running[0]!.end();
    expect(running[0]!.texts).toEqual(['a', 'bb']);
    await running[0]!.end();
    expect(running).toEqual([]);
    expect((await Promise.all(answers)).map((rows) => rows.map(({ tokens }) => tokens))).toEqual([
      [7],
      [1, 7, 2],
      [2, 2],
    ]);
    expect(shared).toEqual([false, false, true, false, true, true]);
    void batcher.submit(['bb']);
    expect(running[0]!.texts).toEqual(['bb']);
  });

  test('takes no room in the queue', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 8, capacity: 1, ...defaults });
    void batcher.submit(['running']);
    void batcher.submit(['a']);
    const joined = batcher.submit(['a', 'running', 'a']);
    expect(() => batcher.submit(['a', 'b'])).toThrow(
      expect.objectContaining({ code: 'queue-full' }),
    );
    await running[0]!.end();
    await running[0]!.end();
    expect(await joined).toHaveLength(3);
  });

  test('stays while one who asked is still there', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 1, capacity: 10, ...defaults });
    void batcher.submit(['running']);
    const first = submitToDrop(batcher, ['a', 'b']);
    const second = submitToDrop(batcher, ['b']);
    first.giveUp(new Error('the first has gone'));
    await expect(first.dropped).rejects.toThrow('the first has gone');
    expect(batcher.length()).toBe(1);
    second.giveUp(new Error('the second has gone'));
    await expect(second.dropped).rejects.toThrow('the second has gone');
    expect(batcher.length()).toBe(0);
    await running[0]!.end();
    expect(running).toEqual([]);
  });

  test('fails for all who asked, and is run again for the next one', async () => {
    const { executor, running } = lockedExecutor(1);
    const batcher = createBatcher({ executor, maxBatch: 1, capacity: 10, ...defaults });
    const failures = [['a'], ['a', 'never run']].map((texts) =>
      expect(batcher.submit(texts)).rejects.toThrow('no'),
    );
    await running[0]!.end(new Error('no'));
    await Promise.all(failures);
    expect(batcher.length()).toBe(0);
    const again = batcher.submit(['a']);
    await running[0]!.end();
    expect(await again).toHaveLength(1);
  });
});
