/** Why the first version is not loaded yet, for who asks whether the server is ready. */
import { describeUnavailable } from '../version/stores/network.ts';
import type { RetryNotice } from '../version/stores/retry.ts';

/** What the store has failed with since it last answered. */
export interface StoreTrouble {
  readonly reason: string;
  /** When it began, in milliseconds as of `performance.now()`. */
  readonly sinceMs: number;
  readonly attempts: number;
}

export type StoreFailure = Pick<RetryNotice, 'error' | 'attempt'>;

/** @param before undefined where the store had answered. */
export function addFailure(
  before: StoreTrouble | undefined,
  { error, attempt }: StoreFailure,
  nowMs: number,
): StoreTrouble {
  // The first attempt of another request: the one before was answered.
  const sinceMs = attempt > 1 && before ? before.sinceMs : nowMs;
  return { reason: describeUnavailable(error), sinceMs, attempts: attempt };
}

/** `the store refuses connections since 2 min, 12 attempts`: without the address, which not every client may know. */
export function describeTrouble(
  { reason, sinceMs, attempts }: StoreTrouble,
  nowMs: number,
): string {
  const seconds = Math.round((nowMs - sinceMs) / 1000);
  const duration = seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  return `the store ${reason} since ${duration}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
}
