/** How many CPUs this process may use: its CPU affinity, limited by the quota of its cgroup. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { lowest, type ReadText, readText } from './cgroup.ts';

/** Whole CPUs, 1 or more. `availableParallelism` of Node 20 ignores the quota. */
export function availableCpus(): number {
  const quota = cgroupCpuQuota(readText) ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(availableParallelism(), quota)));
}

/**
 * The lowest CPU quota from this process's cgroup up to the root, in CPUs.
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst (`cpu.max`) and
 * scheduler/sched-bwc.rst (v1: `cpu.cfs_quota_us`, `cpu.cfs_period_us`).
 *
 * @returns undefined if there is no quota.
 */
export function cgroupCpuQuota(read: ReadText): number | undefined {
  return lowest(read, 'cpu', (folder, version) =>
    version === 2 ? quotaV2(read(join(folder, 'cpu.max'))) : quotaV1(read, folder),
  );
}

/** `max 100000` or `150000 100000`: quota and period in microseconds. */
function quotaV2(text: string | undefined): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text ?? '') ?? [];
  return quota === undefined ? undefined : Number(quota) / Number(period);
}

function quotaV1(read: ReadText, folder: string): number | undefined {
  const quota = Number(read(join(folder, 'cpu.cfs_quota_us')) ?? -1);
  const period = Number(read(join(folder, 'cpu.cfs_period_us')) ?? 0);
  return quota > 0 && period > 0 ? quota / period : undefined;
}
