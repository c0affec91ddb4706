/** How much memory this process may still take: what its cgroup leaves, and what the machine has. */
import { join } from 'node:path';
import { lowest, type ReadText, readText } from './cgroup.ts';

/** By the names of the files: limit, use, and the use that the kernel frees when it needs memory. */
const FILES = {
  1: {
    limit: 'memory.limit_in_bytes',
    usage: 'memory.usage_in_bytes',
    cache: /^total_inactive_file (\d+)$/m,
  },
  2: { limit: 'memory.max', usage: 'memory.current', cache: /^inactive_file (\d+)$/m },
};

/**
 * Bytes; undefined on systems other than Linux.
 *
 * What a cgroup uses contains the page cache; what of it was not used lately is freed before anything is
 * killed (as Kubernetes computes the working set).
 */
export function availableMemoryBytes(read: ReadText = readText): number | undefined {
  const inGroups = lowest(read, 'memory', (folder, version) => {
    const { limit, usage, cache } = FILES[version];
    const limitBytes = integerIn(read(join(folder, limit)), /^(\d+)$/m);
    const usedBytes = integerIn(read(join(folder, usage)), /^(\d+)$/m);
    if (limitBytes === undefined || usedBytes === undefined) {
      return undefined;
    }
    return limitBytes - usedBytes + (integerIn(read(join(folder, 'memory.stat')), cache) ?? 0);
  });
  const kibibytes = integerIn(read('/proc/meminfo'), /^MemAvailable:\s+(\d+) kB$/m);
  const onMachine = kibibytes === undefined ? undefined : kibibytes * 1024;
  const found = [inGroups, onMachine].filter((bytes) => bytes !== undefined);
  return found.length > 0 ? Math.max(0, Math.min(...found)) : undefined;
}

function integerIn(text: string | undefined, pattern: RegExp): number | undefined {
  const found = pattern.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
