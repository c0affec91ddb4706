export const MAX_BATCH: number;
export const MAX_RUN: number;
export function batchSize(load: { queued: number; workers: number; idle: number }): number;
export function simulateReplica(
  arrivals: readonly number[],
  replica: {
    workers: number;
    service: { batchMs: number; runMs: number; textMs: number; mainMs: number };
  },
): number[];
