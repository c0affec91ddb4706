/** The candidate of SHADOW_COMMIT, from the start of the server on: a canary compares itself with what is stable. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { Changes } from './changes.ts';
import { ChangeError } from './errors.ts';

/** As in the log of changes. */
const AUTHOR = { by: 'SHADOW_COMMIT' };
/** Of a change that may succeed later: the version itself was not refused. */
const LATER: readonly string[] = ['store-failed', 'process-failed', 'change-in-progress'];
const FIRST_DELAY_MS = 5_000;
const MAX_DELAY_MS = 60_000;

export interface StartupShadowOptions {
  /** Resolves when a version serves. */
  readonly ready: Promise<unknown>;
  readonly changes: Changes;
  /** Commit of the candidate that there is now. */
  readonly candidate: () => string | undefined;
  readonly isStopping: () => boolean;
}

/**
 * Compares SHADOW_COMMIT with what serves, for SHADOW_FOR seconds. Another candidate, which somebody has chosen
 * meanwhile, stays. A change that fails is in the log as every other one; it is tried again where the store or another
 * process was why, for as long.
 */
export function startShadowOf(
  { shadowCommit: commit, shadowFor }: Pick<Config, 'shadowCommit' | 'shadowFor'>,
  { ready, changes, candidate, isStopping }: StartupShadowOptions,
): void {
  if (commit === undefined) {
    return;
  }
  const end = async (): Promise<void> => {
    await changes.idle();
    if (!isStopping() && candidate() === commit) {
      await changes.run({ type: 'end-shadow' }, AUTHOR);
    }
  };
  const begin = async (): Promise<void> => {
    await ready;
    const lastMs = performance.now() + shadowFor * 1000;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
      await changes.idle();
      if (isStopping() || candidate() !== undefined) {
        return;
      }
      try {
        await changes.run({ type: 'shadow', commit, share: 1 }, AUTHOR);
        break;
      } catch (error) {
        const mayFollow = error instanceof ChangeError && LATER.includes(error.code);
        if (!mayFollow || performance.now() + delayMs > lastMs) {
          throw error;
        }
      }
      await sleep(delayMs, undefined, { ref: false });
    }
    setTimeout(() => void end().catch(() => undefined), shadowFor * 1000).unref();
  };
  // What fails is in the log, or is the load of the version that serves, which others wait for.
  void begin().catch(() => undefined);
}
