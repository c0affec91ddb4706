/** Which servers serve which version. */
import type { LiveVersions } from '../../api/history.ts';
import { fetchFailureReason, KnownError } from '../../errors.ts';
import { fetchText } from '../../fetch-text.ts';
import { counted } from '../../terminal/quantities.ts';
import type { Fleet } from './fleet.ts';

type Server = LiveVersions['servers'][number];

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const UNNAMED = 'it does not name the version that it serves';
const TIMEOUT_MS = 3_000;
const MAX_BYTES = 64 * 1024;

export interface LiveOptions {
  /** Addresses of servers of this project. */
  readonly servers: readonly string[];
  /** All replicas that a Prometheus scrapes. */
  readonly fleet: Fleet;
  /** The version that this process serves, if it serves one. */
  readonly own?: () => string | undefined;
}

export function createLive({ servers, fleet, own }: LiveOptions): () => Promise<LiveVersions> {
  return async () => ({
    hasConsole: own !== undefined,
    servers: [
      ...(own ? [{ name: 'This server', commit: own() }] : []),
      ...(await Promise.all(servers.map(readServer))),
      ...replicasOf(fleet),
    ],
  });
}

/** A liveness check needs no key, and its answer names the commit. */
async function readServer(address: string): Promise<Server> {
  const name = new URL(address).host;
  try {
    const { headers } = await fetchText(`${address.replace(/(?<!\/)\/+$/, '')}/healthz`, {
      ...{ redirect: 'error', timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
    });
    const commit = headers.get('x-model-commit') ?? '';
    return SHA.test(commit) ? { name, commit } : { name, problem: UNNAMED };
  } catch (error) {
    const reason = error instanceof KnownError ? error.message : fetchFailureReason(error);
    return { name, problem: `not reachable (${reason})` };
  }
}

function replicasOf(fleet: Fleet): Server[] {
  const status = fleet.status();
  switch (status.status) {
    case 'ok':
      return status.versions.map(({ commit, replicas }) => ({
        name: `${counted(replicas, 'replica')} (Prometheus)`,
        ...(SHA.test(commit) ? { commit } : { problem: UNNAMED }),
      }));
    case 'unavailable':
      return [{ name: 'Prometheus', problem: status.reason }];
    case 'off':
    case 'waiting':
      return [];
  }
}
