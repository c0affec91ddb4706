/** What the routes that predict have in common, and what they share: how many requests wait at once. */
import type { Request, RequestHandler, Response } from 'express';
import type { BodyBudget } from '../network/body-budget.ts';
import type { HandlingPacer } from '../network/pacer.ts';
import type { Manager } from '../serving/manager.ts';
import type { Observer } from '../serving/observer.ts';
import type { PredictionAnswer, PredictionRequest } from '../serving/predictor.ts';
import { ProblemError } from '../serving/problem.ts';
import { type BodyTypes, readJson } from './middleware/json-body.ts';
import { createConcurrencyLimit } from './middleware/limit-concurrency.ts';
import { pace } from './middleware/pacing.ts';
import { contextOf } from './middleware/request-context.ts';
import { setRateLimitHeaders } from './rate-limit-headers.ts';

export interface PredictionRouteOptions {
  /** Maximum size of a body, in bytes. */
  readonly maxBody: number;
  readonly bodyBudget: BodyBudget;
  readonly manager: Manager;
  readonly observer: Pick<Observer, 'startPrediction'>;
  readonly maxConnections: number;
  readonly handling: HandlingPacer;
}

/** @returns the handlers of one route. */
export type PredictionRoute = (
  answer: (req: Request, res: Response, context: PredictionRequest) => Promise<void>,
  types?: BodyTypes,
) => RequestHandler[];

/** Of the connections; the others are for requests that are answered at once, such as probes. */
const MAX_WAITING_SHARE = 7 / 8;

export function createPredictionRoute(options: PredictionRouteOptions): PredictionRoute {
  const { manager, observer, maxConnections, handling } = options;
  const maxWaiting = Math.ceil(maxConnections * MAX_WAITING_SHARE);
  const limit = createConcurrencyLimit(maxWaiting, (_req, res) => {
    observer.startPrediction(contextOf(res)).onRejected('queue_full');
    const detail = `At most ${maxWaiting} requests wait for predictions at once; try again later`;
    throw new ProblemError('queue-full', detail, 1);
  });
  return (answer, types) => [
    // Refused before the body is read.
    (_req, _res, next) => {
      manager.acceptingModel();
      next();
    },
    readJson({ limit: options.maxBody, budget: options.bodyBudget }, types),
    pace(handling.run),
    limit((req, res) => answer(req, res, predictionContext(req, res))),
  ];
}

function predictionContext(req: Request, res: Response): PredictionRequest {
  const { requestId, trace, startedAt, client, address } = contextOf(res);
  return {
    sender: { client, address, connection: req.socket },
    requestId,
    trace,
    startedAt,
    onClientGone: (listener) => {
      res.once('close', listener);
      return () => res.off('close', listener);
    },
    onRateStatus: (status) => setRateLimitHeaders(res, status),
  };
}

/** To be called before the answer is sent: it is observed once it has been written. */
export function beforeSending(
  res: Response,
  commit: string,
  observe: PredictionAnswer['observe'],
): void {
  contextOf(res).onSent = observe;
  // Another version may have begun to serve since the request arrived.
  res.setHeader('x-model-commit', commit);
}
