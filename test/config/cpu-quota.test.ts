import { expect, test } from 'vitest';
import { cgroupCpuQuota } from '../../src/config/cpu-quota.ts';

test.each<[string, Record<string, string>, number | undefined]>([
  ['no cgroup', {}, undefined],
  [
    'v2, no quota',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' },
    undefined,
  ],
  [
    'v2, in a container',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' },
    1.5,
  ],
  [
    'v2, the lowest of all levels',
    {
      '/proc/self/cgroup': '0::/kube/pod/app\n',
      '/sys/fs/cgroup/kube/pod/app/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/kube/pod/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/kube/cpu.max': '800000 100000\n',
    },
    2,
  ],
  [
    'v1',
    {
      '/proc/self/cgroup': '5:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us': '100000\n',
    },
    0.5,
  ],
  [
    'v1, in a container whose cgroup is mounted as the root',
    {
      '/proc/self/cgroup': '5:cpuacct,cpu:/docker/abc\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    3,
  ],
  [
    'v1, no quota',
    {
      '/proc/self/cgroup': '5:cpu:/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    undefined,
  ],
])('%s', (_, files, expected) => {
  expect(cgroupCpuQuota((path) => files[path])).toBe(expected);
});
