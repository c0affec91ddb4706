/** The version that the store pins, read again while the server runs. */

import type { Config } from '../config/config.ts';
import { saveLastPinned } from '../version/download-cache.ts';
import { openStore } from '../version/stores/open.ts';
import { isRemote } from '../version/stores/store.ts';
import { resolveCommit } from '../version/version.ts';
import type { Changes } from './changes.ts';
import type { SourceOptions } from './desired-version.ts';

/** How long a store may take to respond. */
const TIMEOUT_MS = 10_000;
/** A pin that can't be served is tried again after twice the time before, up to this one. */
const MAX_RETRY_DELAY_MS = 300_000;

/** @throws ModelError where the store can't be read, or names no full SHA. */
export function readPinned({ modelStore, modelName, modelAlias }: SourceOptions): Promise<string> {
  const store = openStore(modelStore, { timeoutMs: TIMEOUT_MS });
  return resolveCommit(store, modelName, undefined, modelAlias);
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
  /** The version that serves, or is loaded first; undefined until it is known. */
  readonly commit: () => string | undefined;
  /** Called where another commit is pinned than before, or the read was requested. Rejects where it fails. */
  readonly onPinned: (commit: string, by: string) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

interface WatchState extends PinWatcherOptions {
  /** What was pinned when it was last acted on; at first, what the server starts with. */
  handled: string | undefined;
  failed: FailedPin | undefined;
  /** Reported once, until it is another one. */
  lastError: string | undefined;
}

/** A pin that could not be served, such as one whose files have not all arrived in the store. */
interface FailedPin {
  readonly pinned: string;
  /** What served then. */
  readonly serving: string | undefined;
  readonly failures: number;
  /** When it is tried again, milliseconds since 1970. */
  readonly retryAt: number;
}

/**
 * A change of PINNED is acted on until it serves: a version that was chosen by hand stays until the next
 * one.
 */
export function watchPin(options: PinWatcherOptions): PinWatcher {
  const { intervalMs } = options;
  const state: WatchState = {
    ...options,
    handled: undefined,
    failed: undefined,
    lastError: undefined,
  };
  let reading: Promise<void> = Promise.resolve();
  const queue = (by: string, isForced: boolean): Promise<void> => {
    reading = reading.then(() => readNow(state, by, isForced));
    return reading;
  };
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const watch = async (): Promise<void> => {
    await queue('WATCH_PIN', false);
    if (!isStopped) {
      timer = setTimeout(watch, intervalMs).unref();
    }
  };
  if (intervalMs > 0) {
    void watch();
  }
  return {
    read: (by) => queue(by, true),
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

async function readNow(state: WatchState, by: string, isForced: boolean): Promise<void> {
  state.handled ??= state.commit();
  let pinned: string;
  try {
    pinned = await state.read();
    state.lastError = undefined;
  } catch (error) {
    const { message } = error as Error;
    if (isForced || message !== state.lastError) {
      state.onError(error);
    }
    state.lastError = message;
    return;
  }
  if (isForced || isToBeServed(state, pinned)) {
    await serve(state, pinned, by);
  }
}

async function serve(state: WatchState, pinned: string, by: string): Promise<void> {
  const { failed, intervalMs, commit, onPinned } = state;
  try {
    await onPinned(pinned, by);
    state.handled = pinned;
    state.failed = undefined;
  } catch {
    const failures = failed?.pinned === pinned ? failed.failures + 1 : 1;
    const delayMs = Math.min(intervalMs * 2 ** (failures - 1), MAX_RETRY_DELAY_MS);
    state.failed = { pinned, serving: commit(), failures, retryAt: Date.now() + delayMs };
  }
}

function isToBeServed(state: WatchState, pinned: string): boolean {
  const { handled, failed, commit } = state;
  if (failed?.pinned !== pinned) {
    return handled !== undefined && pinned !== handled;
  }
  if (failed.serving !== commit()) {
    // Another version was chosen since.
    state.handled = pinned;
    state.failed = undefined;
    return false;
  }
  return Date.now() >= failed.retryAt;
}

/** A start serves it while a remote store can't be reached. */
async function rememberPinned(
  { modelStore, modelName, modelAlias, modelCache }: SourceOptions,
  commit: string,
): Promise<void> {
  const store = openStore(modelStore);
  if (isRemote(store)) {
    // A cache that can't be written to any more is reported by the load that needs it.
    await saveLastPinned(store, modelCache, modelName, commit, modelAlias).catch(() => undefined);
  }
}

/**
 * A watcher that serves what the store pins. With MODEL_COMMIT, the setting decides: nothing is read.
 *
 * @param commit of the version that serves.
 */
export function watchPinOf(
  config: SourceOptions & Pick<Config, 'watchPin'>,
  {
    changes,
    onError,
    commit,
  }: Pick<PinWatcherOptions, 'onError' | 'commit'> & { readonly changes: Changes },
): PinWatcher | undefined {
  let hasFailed = false;
  return config.modelCommit === undefined
    ? watchPin({
        read: () => readPinned(config),
        intervalMs: config.watchPin * 1000,
        commit,
        onPinned: async (pinned, by) => {
          // Nobody would repeat it were it refused.
          await changes.idle();
          // After a pin that could not be served, also for what serves: the failed one is given up.
          if (pinned !== commit() || hasFailed) {
            hasFailed = true;
            // One that fails is in the log as every other change.
            await changes.run({ type: 'swap', commit: pinned }, { by });
            hasFailed = false;
          }
          await rememberPinned(config, pinned);
        },
        onError,
      })
    : undefined;
}
