import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPool, type Pool } from '../../src/inference/pool.ts';
import { temporaryFolder } from '../support/git-version.ts';

const workerModule = new URL('../fixtures/crashing-worker.mjs', import.meta.url);
const pools: Pool[] = [];
let time = 0;

async function startPool(
  size: number,
  hungAfterMs = 120_000,
): Promise<{ pool: Pool; restarts: Error[] }> {
  const restarts: Error[] = [];
  const pool = await createPool({
    size,
    startup: {
      ...{ model: new Uint8Array(), tokenizer: new Uint8Array() },
      ...{
        labelCount: 1,
        window: 1,
        padId: 0,
        paddingFree: false,
        nonSaturatingInt8: false,
        goldenTexts: [],
        topic: undefined,
        intraOpThreads: 2,
        clockOffsetMs: 0,
      },
    },
    workerModule,
    now: () => time,
    hungAfterMs,
    onRestart: (cause) => restarts.push(cause),
    onReady: () => undefined,
  });
  pools.push(pool);
  return { pool, restarts };
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

test('batches run on all workers at the same time', async () => {
  const { pool } = await startPool(3);
  const results = await Promise.all(['a', 'b', 'c'].map((text) => pool.run([text])));
  expect(new Set(results.map(({ logits }) => logits[0])).size).toBe(3);
  expect(pool.states()).toEqual({ starting: 0, idle: 3, busy: 0 });
});

test('a worker that dies is replaced, and its batch is run again', async () => {
  const { pool, restarts } = await startPool(1);
  const first = await pool.run(['a']);
  const again = await pool.run([`die-once:${join(temporaryFolder(), 'died')}`]);
  expect(again.logits[0]).not.toBe(first.logits[0]);
  expect(restarts).toHaveLength(1);
});

test('a single request uses more intra-op threads, also after its worker was replaced', async () => {
  const { pool, restarts } = await startPool(3);
  const intraOpThreads = async (...batches: string[][]) =>
    (await Promise.all(batches.map((texts) => pool.run(texts)))).map(({ tokens }) => tokens[0]);
  expect(await intraOpThreads(['a'])).toEqual([2]);
  expect(await intraOpThreads(['a', 'b'])).toEqual([1]);
  expect(await intraOpThreads(['a'], ['b', 'c'], ['d', 'e'])).toEqual([2, 1, 1]);
  // Two batches have just run at the same time: the next text is not a single request.
  expect(await intraOpThreads(['a'])).toEqual([1]);
  time += 21;
  expect(await intraOpThreads(['a'])).toEqual([2]);
  expect(await intraOpThreads(['a', 'b'], ['c'])).toEqual([1, 1]);
  time += 21;
  // Only one worker receives single requests: the one that dies.
  expect(await intraOpThreads([`die-once:${join(temporaryFolder(), 'died')}`])).toEqual([2]);
  expect(restarts).toHaveLength(1);
});

test('a batch that kills two workers fails, and other batches are run', async () => {
  const { pool, restarts } = await startPool(1);
  const [bad, good] = await Promise.allSettled([pool.run(['die']), pool.run(['good'])]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'worker-crashed' } });
  expect(good.status).toBe('fulfilled');
  expect(restarts).toHaveLength(2);
});

test('the cause of a worker’s death is reported', async () => {
  const { pool, restarts } = await startPool(1);
  await expect(pool.run(['throw:out of luck'])).rejects.toMatchObject({
    code: 'worker-crashed',
    cause: { message: 'out of luck' },
  });
  expect(restarts.map(({ message }) => message)).toEqual(['out of luck', 'out of luck']);
});

test('a batch that the model refuses fails, and its worker goes on', async () => {
  const { pool, restarts } = await startPool(1);
  await expect(pool.run(['refuse:bad shape'])).rejects.toMatchObject({
    code: 'bad-model',
    message: 'bad shape',
  });
  expect((await pool.run(['good'])).logits).toHaveLength(1);
  expect(restarts).toEqual([]);
});

describe('a worker that hangs', () => {
  /** The worker goes on when `release` is called. */
  function createHang() {
    const file = join(temporaryFolder(), 'go-on');
    return {
      text: `hang:${file}`,
      release: () => writeFileSync(file, ''),
      /** How many workers have received the text. */
      count: () => readdirSync(dirname(file)).length,
    };
  }

  test('is replaced, and its batch is run again', async () => {
    const { pool, restarts } = await startPool(2, 200);
    const { text, release, count } = createHang();
    const hung = pool.run([text]);
    hung.catch(() => undefined);
    await vi.waitFor(() => expect(restarts).toHaveLength(1));
    expect(restarts[0]?.message).toBe('the worker thread has not returned for 0.2 s');
    await vi.waitFor(() => expect(count()).toBe(2));
    // The other worker goes on.
    expect((await pool.run(['good'])).logits).toHaveLength(1);
    release();
    expect((await hung).logits).toHaveLength(1);
    await vi.waitFor(() => expect(pool.states()).toEqual({ starting: 0, idle: 2, busy: 0 }));
  });

  test('twice with the same batch: the batch is rejected', async () => {
    const { pool, restarts } = await startPool(1, 200);
    const { text, release, count } = createHang();
    await expect(pool.run([text])).rejects.toMatchObject({
      code: 'worker-crashed',
      cause: { message: 'the worker thread has not returned for 0.2 s' },
    });
    expect(count()).toBe(2);
    expect(restarts).toHaveLength(2);
    expect((await pool.run(['good'])).logits).toHaveLength(1);
    release();
  });

  test('with texts that were given up: they are not run again', async () => {
    const { pool } = await startPool(1, 200);
    const { text, release, count } = createHang();
    await expect(pool.run([text], Uint8Array.of(1))).rejects.toMatchObject({
      code: 'worker-crashed',
    });
    expect(count()).toBe(1);
    release();
  });

  test('is not waited for when the pool is closed', async () => {
    const { pool } = await startPool(2, 300);
    const { text, release } = createHang();
    const hung = expect(pool.run([text])).rejects.toMatchObject({ code: 'closed' });
    await pool.close();
    await hung;
    release();
  });
});

test('closing waits for running batches and refuses new ones', async () => {
  const { pool } = await startPool(1);
  const running = pool.run(['a']);
  const closed = pool.close();
  await expect(pool.run(['b'])).rejects.toMatchObject({ code: 'closed' });
  expect((await running).logits).toHaveLength(1);
  await closed;
  expect(pool.states()).toEqual({ starting: 0, idle: 0, busy: 0 });
});
