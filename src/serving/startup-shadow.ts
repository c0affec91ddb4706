/** The candidate of SHADOW_COMMIT, from the start of the server on: a canary compares itself with what is stable. */
import type { Config } from '../config/config.ts';
import type { Changes } from './changes.ts';

/** As in the log of changes. */
const AUTHOR = { by: 'SHADOW_COMMIT' };

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
 * meanwhile, stays. A change that fails is in the log as every other one.
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
    await changes.idle();
    if (!isStopping()) {
      await changes.run({ type: 'shadow', commit, share: 1 }, AUTHOR);
      setTimeout(() => void end().catch(() => undefined), shadowFor * 1000).unref();
    }
  };
  // What fails is in the log, or is the load of the version that serves, which others wait for.
  void begin().catch(() => undefined);
}
