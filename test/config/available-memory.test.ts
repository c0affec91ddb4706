import { expect, test } from 'vitest';
import { availableMemoryBytes } from '../../src/config/available-memory.ts';

const MEMINFO = { '/proc/meminfo': 'MemTotal: 9 kB\nMemAvailable:   2000 kB\n' };

test.each<[string, Record<string, string>, number | undefined]>([
  ['of the machine', MEMINFO, 2_048_000],
  ['of a system that is not Linux', {}, undefined],
  [
    'of a cgroup, version 2, without its idle page cache',
    {
      ...MEMINFO,
      '/proc/self/cgroup': '0::/a/b',
      '/sys/fs/cgroup/a/memory.max': '1000000',
      '/sys/fs/cgroup/a/memory.current': '400000',
      '/sys/fs/cgroup/a/memory.stat': 'anon 1\ninactive_file 100000\nactive_file 5',
      '/sys/fs/cgroup/a/b/memory.max': 'max',
      '/sys/fs/cgroup/a/b/memory.current': '1',
    },
    700_000,
  ],
  [
    'of a cgroup, version 1',
    {
      ...MEMINFO,
      '/proc/self/cgroup': '5:memory:/a\n3:cpu:/b',
      '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '1000000\n',
      '/sys/fs/cgroup/memory/a/memory.usage_in_bytes': '1200000\n',
      '/sys/fs/cgroup/memory/a/memory.stat': 'inactive_file 9\ntotal_inactive_file 100000',
    },
    0,
  ],
])('%s', (_, files, expected) => {
  expect(availableMemoryBytes((path) => files[path])).toBe(expected);
});
