/** The application around a model of a test's own. */
import type { Express } from 'express';
import { toDigest } from '../../src/config/key-schemas.ts';
import { createFleet } from '../../src/console/fleet/fleet.ts';
import { type AppDependencies, createApp } from '../../src/http/app.ts';
import type { Classifier } from '../../src/inference/classifier.ts';
import { createBodyBudget } from '../../src/network/body-budget.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { createKeyring, type Keyring } from '../../src/serving/clients.ts';
import { ChangeError } from '../../src/serving/errors.ts';
import { createManager, type Manager } from '../../src/serving/manager.ts';
import type { Observer } from '../../src/serving/observer.ts';
import { createOpenInference } from '../../src/serving/open-inference/open-inference.ts';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import { createPredictor } from '../../src/serving/predictor.ts';
import type { ServedModel } from '../../src/serving/served-model.ts';
import { createHistory } from '../../src/telemetry/history.ts';
import { serviceAlarms } from '../../src/telemetry/service-policy.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';
import { ModelError } from '../../src/version/errors.ts';
import { observerWith } from './observer.ts';

export const COMMIT = 'c'.repeat(40);
export const CANDIDATE = 'd'.repeat(40);

export function createTestApp(
  manager: Manager,
  observed: Partial<Observer> = {},
  apiKeys: readonly string[] = [],
  adminTokens: readonly string[] = [],
  options: Partial<AppDependencies> = {},
): Express {
  const predictionIds = createPredictionIds(undefined);
  const observer = observerWith(observed);
  const predictor = createPredictor({ manager, observer, predictionIds, requestTimeoutMs: 1000 });
  const limits = { maxInputs: 64, maxChars: 100 };
  return createApp({
    openInference: createOpenInference({
      ...{ ...limits, manager, predictor, modelName: 'm', serverVersion: '1.2.3' },
      candidate: () => CANDIDATE,
    }),
    modelName: 'm',
    adminToken: keyringOf(adminTokens),
    hasAdminPort: false,
    corsOrigins: [],
    clientAddress: undefined,
    versions: () => [],
    control: { shadow: () => undefined, previous: () => undefined },
    change: async () => {
      throw new ChangeError('not-ready', 'no change here');
    },
    readShadow: async () => undefined,
    onFeedback: observer.onFeedback,
    bodyBudget: createBodyBudget(1024 ** 2),
    manager,
    observer,
    predictionIds,
    predictor,
    ...limits,
    maxBody: 10_000,
    maxConnections: 1000,
    handling: createHandlingPacer(),
    apiKeys: keyringOf(apiKeys),
    page: new Map(),
    overview: async () => {
      const snapshot = createHistory().snapshot();
      const alarms = serviceAlarms(snapshot.recent, snapshot.lasting, NO_STATS);
      return { ...snapshot, stats: NO_STATS, alarms };
    },
    readTexts: async () => [],
    fleet: createFleet(undefined, 'm'),
    history: { readHistory: noHistory, readCard: noHistory, readChanges: noHistory },
    live: async () => ({ hasConsole: true, servers: [] }),
    logFile: undefined,
    baselines: undefined,
    exposition: {
      text: { contentType: 'text/plain', expose: async () => '' },
      openMetrics: { contentType: 'application/openmetrics-text', expose: async () => '# EOF\n' },
    },
    ...options,
  });
}

/** The name of each key is the key. */
export function keyringOf(keys: readonly string[]): Keyring {
  return createKeyring(keys.map((key) => toDigest({ name: key, key })));
}

async function noHistory(): Promise<never> {
  throw new ModelError('not-found', 'no history here');
}

/** A manager that serves a model with this classifier. */
export async function serving(classifier: Partial<Classifier>): Promise<Manager> {
  const manager = createManager(COMMIT);
  const model = { name: 'm', commit: COMMIT, classifier } as ServedModel;
  await manager.start({ run: async () => model });
  return manager;
}
