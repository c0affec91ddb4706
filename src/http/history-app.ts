/** The application behind `models ui`: the page of the history and what it reads. Nothing changes anything. */
import express, { type Express, type RequestHandler } from 'express';
import { ProblemError } from '../serving/problem.ts';
import { requestContext } from './middleware/request-context.ts';
import { answerProblems } from './problems.ts';
import { mount } from './resource.ts';
import { historyPage, type PageOptions } from './routes/console.ts';
import { type HistoryOptions, historyRoutes } from './routes/history.ts';

export interface HistoryAppOptions extends HistoryOptions, PageOptions {
  /** The names by which the page may be requested, without a port. */
  readonly hosts: readonly string[];
  /** Called for each error that is answered with 500. */
  readonly onError: (error: unknown) => void;
}

const NOT_OBSERVED = {
  startTrace: () => undefined,
  onRoute: () => undefined,
  onRequestStart: () => undefined,
  onRequestEnd: () => undefined,
};

export function createHistoryApp(options: HistoryAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestContext(() => undefined, NOT_OBSERVED));
  app.use(requireHost(options.hosts));
  // `/console/<file>` is the last one: it takes every path below.
  mount(app, [...historyRoutes(options), ...historyPage(options)], NOT_OBSERVED);
  app.get('/', (_req, res) => res.redirect('/history'));
  app.use((req) => {
    throw new ProblemError('not-found', `There is no ${req.path} here`);
  });
  app.use(answerProblems(options.onError));
  return app;
}

/** A page of another site can reach an address of this machine by a name of its own (DNS rebinding). */
function requireHost(hosts: readonly string[]): RequestHandler {
  return (req, _res, next) => {
    const name = (req.headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
    next(
      hosts.includes(name)
        ? undefined
        : new ProblemError('forbidden-host', `Expected the host ${hosts.join(' or ')}`),
    );
  };
}
