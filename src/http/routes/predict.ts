/** `POST /predict`: a body → texts → predictions → an answer. */
import { OPERATIONS } from '../../api/operations.ts';
import type { LabelsResponse, PredictResponse } from '../../api/predict.ts';
import type { InputLimits } from '../../serving/input-limits.ts';
import type { Predictor } from '../../serving/predictor.ts';
import { parseJsonBody, sendJson } from '../middleware/json-body.ts';
import { parsePredictRequest } from '../predict-request.ts';
import { beforeSending, type PredictionRoute } from '../prediction-route.ts';
import type { Resource } from '../resource.ts';

export interface PredictOptions extends InputLimits {
  readonly predictor: Predictor;
}

export function predict(options: PredictOptions, predictionRoute: PredictionRoute): Resource {
  const { predictor } = options;
  return {
    operation: OPERATIONS.predict,
    handlers: predictionRoute(async (req, res, context) => {
      const { texts, answer } = parseJsonBody(req, (body, isPrefix) =>
        parsePredictRequest(body, options, isPrefix),
      );
      const { model, predictions, observe } = await predictor.predict(texts, context);
      beforeSending(res, model.commit, observe);
      if (answer === 'labels') {
        sendJson(res, predictions.map(({ label }) => label) satisfies LabelsResponse);
      } else {
        sendJson(res, { model, predictions } satisfies PredictResponse);
      }
    }),
  };
}
