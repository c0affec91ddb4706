/** `POST /predict`: a body → texts → predictions → an answer. */
import type { Request, Response } from 'express';
import { OPERATIONS } from '../../api/operations.ts';
import type { LabelsResponse, PredictResponse } from '../../api/predict.ts';
import type { InputLimits } from '../../serving/input-limits.ts';
import type { Manager } from '../../serving/manager.ts';
import type { Observer } from '../../serving/observer.ts';
import type { Predictor } from '../../serving/predictor.ts';
import { ProblemError } from '../../serving/problem.ts';
import type { BodyBudget } from '../body-budget.ts';
import { parseJsonBody, readJson, sendJson } from '../middleware/json-body.ts';
import { limitConcurrency } from '../middleware/limit-concurrency.ts';
import { pace } from '../middleware/pacing.ts';
import { contextOf } from '../middleware/request-context.ts';
import type { HandlingPacer } from '../pacer.ts';
import { parsePredictRequest } from '../predict-request.ts';
import { setRateLimitHeaders } from '../rate-limit-headers.ts';
import type { Resource } from '../resource.ts';

export interface PredictOptions extends InputLimits {
  /** Maximum size of a body, in bytes. */
  readonly maxBody: number;
  readonly bodyBudget: BodyBudget;
  readonly manager: Manager;
  readonly predictor: Predictor;
  readonly observer: Pick<Observer, 'startPrediction'>;
  readonly maxConnections: number;
  readonly handling: HandlingPacer;
}

/** Of the connections; the others are for requests that are answered at once, such as probes. */
const MAX_WAITING_SHARE = 7 / 8;

export function predict(options: PredictOptions): Resource {
  const { manager, predictor, observer, maxConnections, handling } = options;
  const maxWaiting = Math.ceil(maxConnections * MAX_WAITING_SHARE);
  const refuse = (_req: Request, res: Response): never => {
    observer.startPrediction(contextOf(res)).onRejected('queue_full');
    const detail = `At most ${maxWaiting} requests wait for predictions at once; try again later`;
    throw new ProblemError('queue-full', detail, 1);
  };
  return {
    operation: OPERATIONS.predict,
    handlers: [
      // Refused before the body is read.
      (_req, _res, next) => {
        manager.acceptingModel();
        next();
      },
      readJson({ limit: options.maxBody, budget: options.bodyBudget }),
      pace(handling.run),
      limitConcurrency(maxWaiting, refuse, async (req, res) => {
        const { texts, answer } = parseJsonBody(req, (body, isPrefix) =>
          parsePredictRequest(body, options, isPrefix),
        );
        const context = contextOf(res);
        const { requestId, trace, startedAt, client, address } = context;
        const { model, predictions, observe } = await predictor.predict({
          texts,
          sender: { client, address, connection: req.socket },
          requestId,
          trace,
          startedAt,
          onClientGone: (listener) => onClose(res, listener),
          onRateStatus: (status) => setRateLimitHeaders(res, status),
        });
        context.onSent = observe;
        // Another version may have begun to serve since the request arrived.
        res.setHeader('x-model-commit', model.commit);
        if (answer === 'labels') {
          sendJson(res, predictions.map(({ label }) => label) satisfies LabelsResponse);
        } else {
          sendJson(res, { model, predictions } satisfies PredictResponse);
        }
      }),
    ],
  };
}

function onClose(res: Response, listener: () => void): () => void {
  res.once('close', listener);
  return () => res.off('close', listener);
}
