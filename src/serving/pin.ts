/** The version that the store pins, read again while the server runs. */

import type { Config } from '../config/config.ts';
import { openStore } from '../version/stores/open.ts';
import { resolveCommit } from '../version/version.ts';
import type { Changes } from './changes.ts';
import type { SourceOptions } from './desired-version.ts';

/** How long a store may take to respond. */
const TIMEOUT_MS = 10_000;

/** @throws ModelError where the store can't be read, or names no full SHA. */
export function readPinned({ modelStore, modelName }: SourceOptions): Promise<string> {
  return resolveCommit(openStore(modelStore, { timeoutMs: TIMEOUT_MS }), modelName);
}

export interface PinWatcher {
  /** Reads it now, as a signal requests. */
  read(by: string): Promise<void>;
  stop(): void;
}

export interface PinWatcherOptions {
  readonly read: () => Promise<string>;
  /** 0: only on request. */
  readonly intervalMs: number;
  /** Called where another commit is pinned than before, or the read was requested. */
  readonly onPinned: (commit: string, by: string) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** A change of PINNED is acted on once: a version that was chosen by hand stays until the next one. */
export function watchPin({ read, intervalMs, onPinned, onError }: PinWatcherOptions): PinWatcher {
  let last: string | undefined;
  let reading: Promise<void> = Promise.resolve();
  const readNow = async (by: string, isForced: boolean): Promise<void> => {
    try {
      const pinned = await read();
      const isNew = last !== undefined && pinned !== last;
      last = pinned;
      if (isNew || isForced) {
        await onPinned(pinned, by);
      }
    } catch (error) {
      onError(error);
    }
  };
  const queue = (by: string, isForced: boolean): Promise<void> => {
    reading = reading.then(() => readNow(by, isForced));
    return reading;
  };
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    timer = setTimeout(async () => {
      await queue('WATCH_PIN', false);
      schedule();
    }, intervalMs).unref();
  };
  if (intervalMs > 0) {
    void queue('WATCH_PIN', false);
    schedule();
  }
  return { read: (by) => queue(by, true), stop: () => clearTimeout(timer) };
}

/**
 * A watcher that serves what the store pins. With MODEL_COMMIT, the setting decides: nothing is read.
 *
 * @param commit of the version that serves.
 */
export function watchPinOf(
  config: SourceOptions & Pick<Config, 'watchPin'>,
  {
    change,
    onError,
    commit,
  }: {
    readonly change: Changes['run'];
    readonly onError: PinWatcherOptions['onError'];
    readonly commit: () => string | undefined;
  },
): PinWatcher | undefined {
  return config.modelCommit === undefined
    ? watchPin({
        read: () => readPinned(config),
        intervalMs: config.watchPin * 1000,
        onPinned: async (pinned, by) => {
          if (pinned !== commit()) {
            // A change that fails is in the log as every other one.
            await change({ type: 'swap', commit: pinned }, { by }).catch(() => undefined);
          }
        },
        onError,
      })
    : undefined;
}
