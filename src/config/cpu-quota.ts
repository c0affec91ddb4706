/** How many CPUs this process may use: its CPU affinity, limited by the quota of its cgroup. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

type ReadText = (path: string) => string | undefined;

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
  const quotas: number[] = [];
  // A line is `hierarchy:controllers:path`; version 2 has no controllers.
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) {
      continue;
    }
    for (let folder = path; ; folder = dirname(folder)) {
      const quota =
        controllers === ''
          ? quotaV2(read(join('/sys/fs/cgroup', folder, 'cpu.max')))
          : controllers.split(',').includes('cpu')
            ? quotaV1(read, join('/sys/fs/cgroup/cpu', folder))
            : undefined;
      if (quota !== undefined) {
        quotas.push(quota);
      }
      if (folder === '/' || folder === '.') {
        break;
      }
    }
  }
  return quotas.length > 0 ? Math.min(...quotas) : undefined;
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

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such file: another cgroup version, or no quota on this level.
    return undefined;
  }
}
