/** `POST /predict`: a body → texts → predictions → an answer. */
import type { Response } from 'express';
import type { LabelsResponse, PredictResponse } from '../../api/predict.ts';
import type { Manager } from '../../serving/manager.ts';
import type { Predictor } from '../../serving/predictor.ts';
import type { BodyBudget } from '../body-budget.ts';
import { jsonBody, readJson, sendJson } from '../middleware/json-body.ts';
import { pace } from '../middleware/pacing.ts';
import { contextOf } from '../middleware/request-context.ts';
import { type InputLimits, parsePredictRequest } from '../predict-request.ts';
import type { Resource } from '../resource.ts';

export interface PredictOptions extends InputLimits {
  /** Maximum size of a body, in bytes. */
  readonly maxBody: number;
  readonly bodyBudget: BodyBudget;
  readonly manager: Manager;
  readonly predictor: Predictor;
}

export function predict(options: PredictOptions): Resource {
  const { manager, predictor } = options;
  return {
    method: 'post',
    path: '/predict',
    statuses: [200, 400, 408, 413, 415, 429, 499, 500, 503, 504],
    handlers: [
      // Refused before the body is read.
      (_req, _res, next) => {
        manager.acceptingModel();
        next();
      },
      pace(),
      readJson({ limit: options.maxBody, budget: options.bodyBudget }),
      pace(),
      async (req, res) => {
        const { texts, answer } = parsePredictRequest(jsonBody(req), options);
        const { requestId, traceId, startedAt, apiKey } = contextOf(res);
        const { model, predictions, observe } = await predictor.predict({
          texts,
          client: apiKey ?? req.socket,
          requestId,
          traceId,
          startedAt,
          onClientGone: (listener) => onClose(res, listener),
        });
        if (answer === 'labels') {
          sendJson(res, predictions.map(({ label }) => label) satisfies LabelsResponse);
        } else {
          sendJson(res, { model, predictions } satisfies PredictResponse);
        }
        observe();
      },
    ],
  };
}

function onClose(res: Response, listener: () => void): () => void {
  res.once('close', listener);
  return () => res.off('close', listener);
}
