import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBatcher, type Executor } from '../../src/inference/batcher.ts';
import { createLockedBatcher, resultOf, silentObserver } from './locked-executor.ts';

test('a text is sent to an idle worker immediately, without waiting for others', () => {
  const { batcher, running } = createLockedBatcher();
  void batcher.submit(['a']);
  expect(running.map(({ texts }) => texts)).toEqual([['a']]);
  expect(batcher.length()).toBe(0);
});

test('a batch is the oldest text and those nearest to it in length', async () => {
  const { batcher, running } = createLockedBatcher({ maxBatch: 3 });
  for (const text of ['first', 'xx', 'x'.repeat(99), 'xxx', 'x'.repeat(90), 'xxxx']) {
    void batcher.submit([text]);
  }
  await running[0]!.end();
  expect(running[0]!.texts).toEqual(['xx', 'xxx', 'xxxx']);
  await running[0]!.end();
  expect(running[0]!.texts).toEqual(['x'.repeat(99), 'x'.repeat(90)]);
});

test('the texts of one request are shared by all idle workers', () => {
  const { batcher, running } = createLockedBatcher({ workers: 2, maxBatch: 16, capacity: 20 });
  void batcher.submit(Array.from({ length: 12 }, (_, i) => `text ${i}`));
  expect(running.map(({ texts }) => texts.length)).toEqual([6, 6]);
});

test('a single idle worker receives most of the queue, but not all', async () => {
  const { batcher, running } = createLockedBatcher({ workers: 2, maxBatch: 16, capacity: 20 });
  for (let i = 0; i < 10; i++) {
    void batcher.submit([`text ${i}`]);
  }
  await running[0]!.end();
  expect(running.map(({ texts }) => texts.length)).toEqual([1, 6]);
  expect(batcher.length()).toBe(2);
});

test('each result belongs to its text, whatever texts are in its batch', async () => {
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
      const batcher = createBatcher({
        executor,
        maxBatch,
        capacity: 1000,
        window: 128,
        requestTimeoutMs: 10_000,
        identifyLanguage: () => ({ language: 'en', confidence: 1 }),
        observer: silentObserver,
      });
      const answers = await Promise.all(all.map((texts) => batcher.submit(texts)));
      expect(answers.map((rows) => rows.map(({ logits }) => logits[0]))).toEqual(
        all.map((texts) => texts.map((text) => text.length)),
      );
    }),
    { numRuns: 50 },
  );
});

test('each result has the language of its text', async () => {
  const { batcher, running } = createLockedBatcher();
  const answer = batcher.submit(['a', 'bb']);
  await running[0]!.end();
  expect((await answer).map(({ language }) => language.language)).toEqual(['of a', 'of bb']);
});

test('the observer receives how long each text waited', async () => {
  const waits: number[] = [];
  let time = 0;
  const { batcher, running } = createLockedBatcher({
    observer: { ...silentObserver, onDequeue: (waitMs) => waits.push(waitMs) },
    now: () => time,
  });
  void batcher.submit(['a']);
  void batcher.submit(['b']);
  time = 70;
  await running[0]!.end();
  expect(waits).toEqual([0, 70]);
});

describe('a batch that fails', () => {
  test('rejects its own requests only, and the next batch starts', async () => {
    const { batcher, running } = createLockedBatcher({ maxBatch: 1 });
    const bad = expect(batcher.submit(['bad', 'never run'])).rejects.toThrow('no');
    const good = batcher.submit(['good']);
    await running[0]!.end(new Error('no'));
    await bad;
    expect(running[0]!.texts).toEqual(['good']);
    await running[0]!.end();
    expect((await good)[0]?.tokens).toBe(4);
  });

  test('because of a language that can’t be identified: its worker is idle again', async () => {
    const { batcher, running } = createLockedBatcher({
      identifyLanguage: () => {
        throw new Error('no tables');
      },
    });
    const failed = [batcher.submit(['a']), batcher.submit(['b'])];
    const expected = failed.map((each) => expect(each).rejects.toThrow('no tables'));
    await running[0]!.end();
    await running[0]!.end();
    await Promise.all(expected);
  });
});

describe('a request that is cancelled', () => {
  test('leaves the queue, and the texts behind it move up', async () => {
    const { batcher, running, submitToCancel } = createLockedBatcher({ maxBatch: 1 });
    void batcher.submit(['running']);
    const { promise, cancel } = submitToCancel(['a', 'b']);
    void batcher.submit(['c']);
    cancel(new Error('the client has gone'));
    await expect(promise).rejects.toThrow('the client has gone');
    expect(batcher.length()).toBe(1);
    await running[0]!.end();
    expect(running[0]!.texts).toEqual(['c']);
  });

  test('while it runs does not affect the other texts of its batch', async () => {
    const { batcher, running, submitToCancel } = createLockedBatcher({ maxBatch: 2 });
    void batcher.submit(['running']);
    const { promise, cancel } = submitToCancel(['aa']);
    const kept = batcher.submit(['bbb']);
    await running[0]!.end();
    cancel(new Error('the client has gone'));
    await expect(promise).rejects.toThrow('the client has gone');
    await running[0]!.end();
    expect((await kept)[0]?.tokens).toBe(3);
  });

  test('while it runs gives its texts up, and another request with one of them has it run again', async () => {
    const { batcher, running, submitToCancel } = createLockedBatcher({ workers: 2 });
    const { promise, cancel } = submitToCancel(['a', 'b', 'c']);
    const shared = batcher.submit(['b']);
    const [first, second] = [...running];
    expect([first!.texts, second!.texts]).toEqual([['a', 'b'], ['c']]);
    cancel(new Error('the client has gone'));
    await expect(promise).rejects.toThrow('the client has gone');
    expect([...first!.givenUp]).toEqual([1, 0]);
    expect([...second!.givenUp]).toEqual([1]);
    const again = batcher.submit(['a']);
    await first!.end();
    expect((await shared)[0]?.tokens).toBe(1);
    expect(running.map(({ texts }) => texts)).toEqual([['c'], ['a']]);
    await running[1]!.end();
    expect(await again).toHaveLength(1);
  });

  test('after it was answered keeps its results', async () => {
    const { running, submitToCancel } = createLockedBatcher();
    const { promise, cancel } = submitToCancel(['a']);
    await running[0]!.end();
    cancel(new Error('too late'));
    expect(await promise).toHaveLength(1);
  });
});

describe('a text that already waits or runs', () => {
  test('is run once, for all requests that contain it', async () => {
    const lookUps: string[] = [];
    const { batcher, running } = createLockedBatcher({
      observer: { ...silentObserver, onLookUp: (result) => lookUps.push(result) },
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
    expect(lookUps).toEqual(['miss', 'miss', 'shared', 'miss', 'shared', 'shared']);
    void batcher.submit(['bb']);
    expect(running[0]!.texts).toEqual(['bb']);
  });

  test('takes no room in the queue', async () => {
    const { batcher, running } = createLockedBatcher({ capacity: 1 });
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

  test('stays in the queue until the last request that contains it is cancelled', async () => {
    const { batcher, running, submitToCancel } = createLockedBatcher({ maxBatch: 1 });
    void batcher.submit(['running']);
    const first = submitToCancel(['a', 'b']);
    const second = submitToCancel(['b']);
    first.cancel(new Error('the first has gone'));
    await expect(first.promise).rejects.toThrow('the first has gone');
    expect(batcher.length()).toBe(1);
    second.cancel(new Error('the second has gone'));
    await expect(second.promise).rejects.toThrow('the second has gone');
    expect(batcher.length()).toBe(0);
    await running[0]!.end();
    expect(running).toEqual([]);
  });

  test('fails for all requests that contain it, and is run again for the next one', async () => {
    const { batcher, running } = createLockedBatcher({ maxBatch: 1 });
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
