/** Assembles the HTTP application out of its resources; it never listens. */
import express, { type Express, type Response } from 'express';
import { requireApiKey } from './middleware/api-key.ts';
import { NO_ROUTE, type RequestObserver, requestContext } from './middleware/request-context.ts';
import { answerProblems, ProblemError } from './problems.ts';
import { mount } from './resource.ts';
import { type ConsoleOptions, consoleData, consolePage } from './routes/console.ts';
import { type FeedbackOptions, feedback } from './routes/feedback.ts';
import { liveness, readiness } from './routes/health.ts';
import { type Exposition, metrics } from './routes/metrics.ts';
import { modelCard, modelFiles } from './routes/model.ts';
import { type PredictOptions, predict } from './routes/predict.ts';

export interface AppDependencies extends PredictOptions, FeedbackOptions, ConsoleOptions {
  /** None: open to all. */
  readonly apiKeys: readonly string[];
  readonly exposition: Exposition;
  readonly requests: RequestObserver;
  /** Told of each error that a client sees only as a 500. */
  readonly onError: (error: unknown, res: Response) => void;
}

export function createApp(dependencies: AppDependencies): Express {
  const { state, requests, exposition, onError } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  // Answers differ each time and are small: hashing them for an ETag buys nothing.
  app.disable('etag');
  app.use(requestContext(() => state().commit, requests));

  const { apiKeys } = dependencies;
  const guard = apiKeys.length > 0 ? [requireApiKey(apiKeys)] : [];
  const guarded = [
    predict(dependencies),
    feedback(dependencies),
    modelCard(state),
    modelFiles(state),
    consoleData(dependencies),
  ].map(({ handlers, ...resource }) => ({ ...resource, handlers: [...guard, ...handlers] }));
  const open = [liveness(), readiness(state), metrics(exposition), ...consolePage(dependencies)];
  for (const resource of [...guarded, ...open]) {
    mount(app, resource, requests);
  }
  requests.onRoute({ method: 'GET', route: NO_ROUTE, statuses: [404] });

  app.use((req) => {
    throw new ProblemError('not-found', `There is no ${req.path} here`);
  });
  app.use(answerProblems(onError));
  return app;
}
