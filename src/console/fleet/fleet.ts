/** What Prometheus has of all replicas that serve a model: their alerts, versions and history. */
import {
  FLEET_RANGES,
  type FleetHistory,
  type FleetRange,
  type FleetStatus,
} from '../../api/console.ts';
import { createPrometheus, type Prometheus } from './prometheus.ts';
import { readAlerts, readHistory, readVersions } from './queries.ts';

/** How long an answer is used again, by range. */
const HISTORY_MAX_AGE_MS: Readonly<Record<FleetRange, number>> = {
  '1h': 10_000,
  '24h': 60_000,
  '7d': 300_000,
};
const STATUS_MAX_AGE_MS = 5_000;
/** After an error, Prometheus is not asked again before. */
const RETRY_MS = 10_000;

export interface Fleet {
  /** Never waits: returns what is known, and asks in the background where that is old. */
  status(): FleetStatus;
  /** Requests share an answer that is on its way. */
  history(range: FleetRange): Promise<FleetHistory>;
}

/** @param address undefined where there is no Prometheus. */
export function createFleet(address: string | undefined, modelName: string): Fleet {
  if (!address) {
    return {
      status: () => ({ status: 'off' }),
      history: async () => ({ status: 'off' }),
    };
  }
  const prometheus = createPrometheus(address);
  const status = keepFor(
    () => STATUS_MAX_AGE_MS,
    () => readStatus(prometheus, modelName),
  );
  const histories = new Map(
    FLEET_RANGES.map((range) => [
      range,
      keepFor(
        (found: FleetHistory) => (found.status === 'ok' ? HISTORY_MAX_AGE_MS[range] : RETRY_MS),
        () => readHistory(prometheus, modelName, range).catch(unavailable),
      ),
    ]),
  );
  return {
    status: () => {
      void status.read();
      return status.last() ?? { status: 'waiting' };
    },
    history: async (range) => (await histories.get(range)?.read()) ?? { status: 'off' },
  };
}

async function readStatus(prometheus: Prometheus, modelName: string): Promise<FleetStatus> {
  try {
    const [versions, alerts] = await Promise.all([
      readVersions(prometheus, modelName),
      readAlerts(prometheus, modelName),
    ]);
    return { status: 'ok', ...versions, alerts };
  } catch (error) {
    return unavailable(error);
  }
}

function unavailable(error: unknown): { readonly status: 'unavailable'; readonly reason: string } {
  if (error instanceof Error && 'code' in error) {
    return { status: 'unavailable', reason: error.message };
  }
  throw error;
}

/** A function whose result is used again for a while; one call runs at a time. */
function keepFor<T>(maxAgeMs: (value: T) => number, compute: () => Promise<T>) {
  let kept: { readonly value: T; readonly until: number } | undefined;
  let running: Promise<T> | undefined;
  return {
    last: (): T | undefined => kept?.value,
    read: async (): Promise<T> => {
      if (kept && performance.now() < kept.until) {
        return kept.value;
      }
      running ??= compute()
        .then((value) => {
          kept = { value, until: performance.now() + maxAgeMs(value) };
          return value;
        })
        .finally(() => {
          running = undefined;
        });
      return running;
    },
  };
}
