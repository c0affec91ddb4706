/** The limits of the cgroups that this process belongs to (Linux). */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @returns undefined where there is no such file. */
export type ReadText = (path: string) => string | undefined;

/**
 * The lowest value from this process's cgroup up to the root.
 *
 * Source: Linux, Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param controller such as `cpu`.
 * @param readValue of a folder of a cgroup; undefined where it sets no limit.
 */
export function lowest(
  read: ReadText,
  controller: string,
  readValue: (folder: string, version: 1 | 2) => number | undefined,
): number | undefined {
  const values: number[] = [];
  // A line is `hierarchy:controllers:path`; version 2 has no controllers.
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const version = controllers === '' ? 2 : 1;
    if (path === undefined || (version === 1 && !controllers?.split(',').includes(controller))) {
      continue;
    }
    const root = version === 2 ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controller}`;
    for (let folder = path; ; folder = dirname(folder)) {
      const value = readValue(join(root, folder), version);
      if (value !== undefined) {
        values.push(value);
      }
      if (folder === '/' || folder === '.') {
        break;
      }
    }
  }
  return values.length > 0 ? Math.min(...values) : undefined;
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No such file: another cgroup version, or no limit on this level.
    return undefined;
  }
}
