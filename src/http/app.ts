/** Assembles the HTTP application out of its routes; it never listens. */
import express, { type Express } from 'express';
import type { Observer } from '../serving/observer.ts';
import { requireApiKey } from './middleware/api-key.ts';
import { contextOf, NO_ROUTE, OTHER_METHOD, requestContext } from './middleware/request-context.ts';
import { answerProblems, ProblemError } from './problems.ts';
import { mount } from './resource.ts';
import { type ConsoleOptions, consoleData, consolePage } from './routes/console.ts';
import { type FeedbackOptions, feedback } from './routes/feedback.ts';
import { liveness, readiness } from './routes/health.ts';
import { type Exposition, metrics } from './routes/metrics.ts';
import { modelCard, modelFiles } from './routes/model.ts';
import { type PredictOptions, predict } from './routes/predict.ts';

export interface AppDependencies
  extends PredictOptions,
    Omit<FeedbackOptions, 'onFeedback'>,
    ConsoleOptions {
  /** None: open to all. */
  readonly apiKeys: readonly string[];
  readonly exposition: Exposition;
  readonly observer: Observer;
}

export function createApp(dependencies: AppDependencies): Express {
  const { manager, observer, exposition, apiKeys } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  // Answers differ each time and are small: hashing them for an ETag would gain nothing.
  app.disable('etag');
  app.use(requestContext(() => manager.state().commit, observer));

  const guard = apiKeys.length > 0 ? [requireApiKey(apiKeys)] : [];
  const guarded = [
    predict(dependencies),
    feedback({ ...dependencies, onFeedback: observer.onFeedback }),
    modelCard(manager),
    modelFiles(manager),
    consoleData(dependencies),
  ].map(({ handlers, statuses, ...resource }) => ({
    ...resource,
    statuses: guard.length > 0 ? [...statuses, 401, 403] : statuses,
    handlers: [...guard, ...handlers],
  }));
  const open = [liveness(), readiness(manager), metrics(exposition), ...consolePage(dependencies)];
  for (const resource of [...guarded, ...open]) {
    mount(app, resource, observer);
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
