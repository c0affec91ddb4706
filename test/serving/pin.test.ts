import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createChanges } from '../../src/serving/changes.ts';
import { watchPin, watchPinOf } from '../../src/serving/pin.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';

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
    commit: () => 'a',
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
    commit: () => 'a',
    onPinned: async (commit, by) => void acted.push(`${commit} ${by}`),
    onError: () => undefined,
  });
  await watcher.read('SIGHUP');
  await watcher.read('SIGHUP');
  expect(acted).toEqual(['a SIGHUP', 'a SIGHUP']);
});

describe('a pin is not forgotten', () => {
  /** What is pinned can be changed, as can what serves; it is acted on where `result` resolves. */
  function watch(pinned: string, serving: string | undefined) {
    vi.useFakeTimers();
    const acted: number[] = [];
    const start = Date.now();
    const state = {
      pinned,
      serving,
      result: async (): Promise<unknown> => undefined,
      acted,
      stop: (): void => undefined,
    };
    const watcher = watchPin({
      read: async () => state.pinned,
      intervalMs: 1_000,
      commit: () => state.serving,
      onPinned: () => {
        acted.push((Date.now() - start) / 1000);
        return state.result();
      },
      onError: () => undefined,
    });
    state.stop = watcher.stop;
    return state;
  }

  test('where it changed before it was read at first, as when the store was away', async () => {
    const state = watch('b', undefined);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(state.acted).toEqual([]);
    state.serving = 'a';
    await vi.advanceTimersByTimeAsync(5_000);
    expect(state.acted).toEqual([2]);
    state.stop();
  });

  test('where it can’t be served: it is tried again, after longer and longer times', async () => {
    const state = watch('a', 'a');
    await vi.advanceTimersByTimeAsync(500);
    state.pinned = 'b';
    state.result = () => Promise.reject(new Error('its files have not arrived'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.acted).toEqual([1, 2, 4, 8, 16]);
    state.result = async () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.acted.slice(5)).toEqual([32]);
    state.stop();
  });

  test('unless another version was chosen by hand since', async () => {
    const state = watch('a', 'a');
    await vi.advanceTimersByTimeAsync(500);
    state.pinned = 'b';
    state.result = () => Promise.reject(new Error('its files have not arrived'));
    await vi.advanceTimersByTimeAsync(1_000);
    state.serving = 'c';
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.acted).toEqual([1]);
    state.stop();
  });

  test('while another change is being made: it waits', async () => {
    const store = temporaryFolder();
    mkdirSync(join(store, MODEL));
    writeFileSync(join(store, MODEL, 'PINNED'), `${MULTILINGUAL}\n`);
    const made: string[] = [];
    let finish = (): void => undefined;
    const changes = createChanges({
      prepare: async (change) => {
        if (change.type === 'promote') {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
        }
        const apply = (): void => void made.push(change.type);
        const outcome = { type: change.type, from: 'a', to: 'b', isChanged: true, warnings: [] };
        return { outcome, apply, abandon: async () => undefined };
      },
      onEnd: ({ by, result }) => void made.push(`${by} ${result.status}`),
    });
    const idle = vi.spyOn(changes, 'idle');
    const byHand = changes.run({ type: 'promote' }, { by: 'hand' });
    const config = {
      ...{ modelStore: store, modelName: MODEL, modelCommit: undefined, modelAlias: undefined },
      ...{ modelCache: store, modelFetchTimeoutMs: 1_000, watchPin: 0 },
    };
    const onError = vi.fn();
    const read = watchPinOf(config, { changes, onError, commit: () => PINNED })?.read('SIGHUP');
    await vi.waitFor(() => expect(idle).toHaveBeenCalled());
    expect(made).toEqual([]);
    finish();
    await Promise.all([byHand, read]);
    expect(made).toEqual(['promote', 'hand done', 'swap', 'SIGHUP done']);
    expect(onError).not.toHaveBeenCalled();
  });
});
