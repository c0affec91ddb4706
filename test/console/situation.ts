/** The findings of a server in a situation, by the real policies. */
import type { ConsoleData, DriftAlarm, FleetStatus } from '../../src/api/console.ts';
import { findingsOf } from '../../src/console/findings/findings.ts';
import { recentOf } from '../../src/telemetry/recent-window.ts';
import { serviceAlarms } from '../../src/telemetry/service-policy.ts';

const NOW = 1000;
const STEP_SECONDS = 5;
export const COMMIT = 'c'.repeat(40);

export interface Situation {
  status?: ConsoleData['status'];
  queueLength?: number;
  workers?: Partial<Record<'idle' | 'busy' | 'starting', number>>;
  steps?: ConsoleData['steps'];
  features?: ConsoleData['drift']['features'];
  alarms?: readonly DriftAlarm[];
  versions?: ConsoleData['versions'];
  candidate?: ConsoleData['candidate'];
  admin?: ConsoleData['admin'];
  fleet?: FleetStatus;
  logFile?: string;
  baselines?: string;
}

const calmStep = {
  at: 970,
  answered: 100,
  refused: 0,
  failed: 0,
  slow: 0,
  latency: { p50: 3, p99: 14 },
  labels: { good: 100 },
  languages: { en: 100 },
  compared: {},
};
export const steps = (change: Partial<ConsoleData['steps'][number]>) => [
  { ...calmStep, ...change },
];

export function findings({
  status = 'ready',
  queueLength = 0,
  workers = { idle: 1, busy: 1 },
  steps = [calmStep],
  features = [],
  alarms = [],
  versions = [],
  candidate,
  admin = 'here',
  fleet = { status: 'off' },
  logFile,
  baselines,
}: Situation) {
  const windowOf = (windowSeconds: number) =>
    recentOf(steps, { now: NOW, stepSeconds: STEP_SECONDS, windowSeconds });
  const [recent, lasting] = [windowOf(60), windowOf(300)];
  const stats = {
    queueLength,
    queueCapacity: 100,
    workers: { idle: 0, busy: 0, starting: 0, ...workers },
  };
  return findingsOf({
    status,
    model: { name: 'model', commit: COMMIT, tag: 'v1' },
    labels: ['good'],
    versions,
    candidate,
    admin,
    fleet,
    logFile,
    baselines,
    queue: { length: queueLength, capacity: 100 },
    workers: stats.workers,
    alarms: serviceAlarms(recent, lasting, stats),
    now: NOW,
    stepSeconds: STEP_SECONDS,
    steps,
    recent,
    lasting,
    drift: {
      windowSeconds: 300,
      thresholds: { moving: 0.1, changed: 0.25, minObservations: 200 },
      features,
      alarms,
      normal: {},
      known: ['en'],
    },
    feedback: {},
    predictions: [],
  });
}

export const alarm = (change: Partial<DriftAlarm>): DriftAlarm => ({
  kind: 'foreign_language',
  feature: 'language',
  bin: 'de',
  reference: 'training',
  measure: 'share',
  observed: 0.34,
  expected: 0,
  threshold: 0.01,
  severity: 'page',
  alert: 'ClassifierForeignLanguage',
  runbook: 'docs/runbook.md#classifierforeignlanguage',
  ...change,
});
export const feature = (
  name: string,
  ...bins: [bin: string, observed: number, reference: number][]
) => ({
  feature: name,
  observations: 1000,
  stabilityIndex: 1,
  verdict: 'changed' as const,
  bins: bins.map(([bin, observed, reference]) => ({
    ...{ bin, observed, reference, count: 1000 * observed, contribution: 0 },
  })),
});
export const readable = (text: string) => text.replaceAll('\u00a0', ' ');
