import { readFileSync } from 'node:fs';

const DEFAULT_MAX_CONNECTIONS = 2048;
/** File descriptors that the process needs besides its connections. */
const RESERVED = 128;

/** As many connections as the limit of open files allows (`ulimit -n`); infinite where it is not known. */
export function maxConnectionsByFiles(readLimits: () => string = readProcLimits): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readLimits())?.[1];
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Number(limit) - RESERVED);
}

/** At most 2048. */
export function defaultMaxConnections(readLimits?: () => string): number {
  return Math.min(DEFAULT_MAX_CONNECTIONS, maxConnectionsByFiles(readLimits));
}

/** The soft limit, which Node has raised to the hard one (proc(5)); empty on other systems than Linux. */
function readProcLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
