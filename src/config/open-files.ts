import { readFileSync } from 'node:fs';

const MAX_CONNECTIONS = 2048;
/** File descriptors that the process needs besides its connections. */
const RESERVED = 128;

/** As many connections as the limit of open files allows (`ulimit -n`), at most 2048. */
export function defaultMaxConnections(readLimits: () => string = readProcLimits): number {
  const limit = /^Max open files\s+(\d+)/m.exec(readLimits())?.[1];
  const byFiles = limit === undefined ? MAX_CONNECTIONS : Number(limit) - RESERVED;
  return Math.min(MAX_CONNECTIONS, Math.max(1, byFiles));
}

/** The soft limit, which Node has raised to the hard one (proc(5)); empty on other systems than Linux. */
function readProcLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
