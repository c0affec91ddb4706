/** Assembles the HTTP application out of its routes; it never listens. */
import express, { type Express } from 'express';
import type { ReadClientAddress } from '../serving/client-address.ts';
import type { Keyring } from '../serving/clients.ts';
import type { Observer } from '../serving/observer.ts';
import { ProblemError } from '../serving/problem.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { requireKey } from './middleware/api-key.ts';
import { allowOrigins, PREFLIGHT_METHOD } from './middleware/cross-origin.ts';
import { contextOf, NO_ROUTE, OTHER_METHOD, requestContext } from './middleware/request-context.ts';
import { createPredictionRoute, type PredictionRouteOptions } from './prediction-route.ts';
import { answerProblems } from './problems.ts';
import { mount, type Resource } from './resource.ts';
import { type AdminOptions, admin } from './routes/admin.ts';
import {
  type ConsoleOptions,
  consoleData,
  consoleFleet,
  consolePage,
  consoleTexts,
  docsPage,
} from './routes/console.ts';
import { type FeedbackOptions, feedback } from './routes/feedback.ts';
import { liveness, readiness } from './routes/health.ts';
import { type HistoryOptions, historyRoutes } from './routes/history.ts';
import { metrics } from './routes/metrics.ts';
import { modelCard, modelFiles } from './routes/model.ts';
import { type OpenInferenceRoutesOptions, openInferenceRoutes } from './routes/open-inference.ts';
import { type OpenApiOptions, openapi } from './routes/openapi.ts';
import { type PredictOptions, predictRoutes } from './routes/predict.ts';

export interface AppDependencies
  extends PredictionRouteOptions,
    PredictOptions,
    OpenInferenceRoutesOptions,
    FeedbackOptions,
    ConsoleOptions,
    HistoryOptions,
    AdminOptions,
    Omit<OpenApiOptions, 'versions'> {
  /** None: open to all. */
  readonly apiKeys: Keyring;
  /** None: there is no `/admin`. */
  readonly adminToken: Keyring;
  /** Whether `/admin` and `/metrics` are on a port of their own. */
  readonly hasAdminPort: boolean;
  /** Whose pages may use what clients use; none: only pages of the server itself. */
  readonly corsOrigins: readonly string[];
  /** Undefined: a client's address is that of its connection. */
  readonly clientAddress: ReadClientAddress | undefined;
  readonly exposition: Telemetry['exposition'];
  readonly observer: Observer;
}

/** What clients use. */
export function createApp(dependencies: AppDependencies): Express {
  const { manager, hasAdminPort } = dependencies;
  const predictionRoute = createPredictionRoute(dependencies);
  const resources = [
    ...predictRoutes(dependencies, predictionRoute),
    ...openInferenceRoutes(dependencies, predictionRoute),
    feedback(dependencies),
    modelCard(manager),
    modelFiles(manager),
    consoleData(dependencies),
    consoleTexts(dependencies),
    consoleFleet(dependencies),
    ...historyRoutes(dependencies),
    liveness(),
    readiness(manager),
    ...consolePage(dependencies),
    docsPage(dependencies),
    ...(hasAdminPort ? [] : operationsOf(dependencies)),
  ];
  return assemble(dependencies, resources);
}

/** What operators and Prometheus use, on a port of its own. */
export function createAdminApp(dependencies: AppDependencies): Express {
  return assemble(dependencies, operationsOf(dependencies));
}

function operationsOf(dependencies: AppDependencies): Resource[] {
  const { adminToken } = dependencies;
  const changes = adminToken.length > 0 ? admin(dependencies) : [];
  return [metrics(dependencies.exposition), ...changes];
}

type Guards = Pick<AppDependencies, 'apiKeys' | 'adminToken'>;

/** Requires the key or token of the operation; where none is configured, it has no guard. */
function guarded({ operation, handlers }: Resource, { apiKeys, adminToken }: Guards): Resource {
  const { guard } = operation;
  const keys = guard === 'key' ? apiKeys : adminToken;
  return guard === undefined || keys.length === 0
    ? { operation: { ...operation, guard: undefined }, handlers }
    : { operation, handlers: [requireKey(keys, guard), ...handlers] };
}

function assemble(
  dependencies: Guards &
    Pick<AppDependencies, 'observer' | 'corsOrigins' | 'clientAddress'> &
    OpenApiOptions,
  unguarded: readonly Resource[],
): Express {
  const { manager, observer, corsOrigins, clientAddress } = dependencies;
  const resources: readonly Resource[] = [
    ...unguarded,
    openapi(dependencies, () => resources.map(({ operation }) => operation)),
  ].map((resource) => guarded(resource, dependencies));
  const app = express();
  app.disable('x-powered-by');
  // Answers differ each time and are small: hashing them for an ETag would gain nothing.
  app.disable('etag');
  app.use(requestContext(() => manager.state().commit, observer, clientAddress));
  mount(app, resources, observer, corsOrigins.length > 0 ? allowOrigins(corsOrigins) : undefined);
  if (corsOrigins.length > 0) {
    observer.onRoute({ method: PREFLIGHT_METHOD, route: NO_ROUTE, statuses: [204, 499] });
  }
  // Also what is refused, or abandoned by its client, before it has a route.
  observer.onRoute({ method: 'GET', route: NO_ROUTE, statuses: [400, 404, 417, 499] });
  observer.onRoute({
    method: OTHER_METHOD,
    route: NO_ROUTE,
    statuses: [400, 404, 408, 417, 431, 499],
  });

  app.use((req) => {
    throw new ProblemError('not-found', `There is no ${req.path} here`);
  });
  app.use(answerProblems((error, res) => observer.onError(error, contextOf(res).requestId)));
  return app;
}
