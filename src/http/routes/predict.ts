/** `POST /predict`, and the same as Hugging Face's clients send it: a body → texts → predictions → an answer. */
import type { Request } from 'express';
import { OPERATIONS } from '../../api/operations.ts';
import type { LabelsResponse, PartialResponse, PredictResponse } from '../../api/predict.ts';
import type { InputLimits } from '../../serving/input-limits.ts';
import type { Manager } from '../../serving/manager.ts';
import type { PredictionAnswer, Predictor } from '../../serving/predictor.ts';
import { type Problem, ProblemError } from '../../serving/problem.ts';
import { parseJsonBody, sendJson } from '../middleware/json-body.ts';
import { contextOf } from '../middleware/request-context.ts';
import { type PredictRequest, parsePredictRequest, type RequestForm } from '../predict-request.ts';
import { beforeSending, type PredictionRoute } from '../prediction-route.ts';
import { problemBody } from '../problems.ts';
import type { Resource } from '../resource.ts';
import { toClasses } from '../text-classification.ts';

export interface PredictOptions extends InputLimits {
  readonly manager: Manager;
  readonly predictor: Predictor;
}

const WHOLE: RequestForm = {};
const PARTIAL: RequestForm = { isPartial: true };
const CLASSES: RequestForm = { hasClasses: true };

/** `POST /predict` and `POST /`. */
export function predictRoutes(
  options: PredictOptions,
  predictionRoute: PredictionRoute,
): Resource[] {
  const handle = (formOf: (req: Request) => RequestForm) =>
    predictionRoute(async (req, res, context) => {
      const form = formOf(req);
      const request = parseJsonBody(req, (body, isPrefix) => {
        contextOf(res).hasParameters = hasParameters(body);
        return parsePredictRequest(body, options, form, isPrefix);
      });
      const { texts } = request;
      if (texts.length === 0) {
        const { name, commit } = options.manager.acceptingModel();
        sendJson(res, bodyOf(request, { model: { name, commit }, predictions: [], answers: [] }));
        return;
      }
      const answer = await options.predictor.predict(texts, context);
      beforeSending(res, answer.model.commit, answer.observe);
      sendJson(res, bodyOf(request, answer));
    });
  return [
    {
      operation: OPERATIONS.predict,
      handlers: handle((req) => (isPartial(req) ? PARTIAL : WHOLE)),
    },
    { operation: OPERATIONS.classify, handlers: handle(() => CLASSES) },
  ];
}

function bodyOf(request: PredictRequest, answer: Omit<PredictionAnswer, 'observe'>): unknown {
  const { model, predictions } = answer;
  switch (request.answer) {
    case 'predictions':
      return { model, predictions } satisfies PredictResponse;
    case 'labels':
      return predictions.map(({ label }) => label) satisfies LabelsResponse;
    case 'classes':
      return toClasses(answer, request.parameters);
    case 'partial':
      return { model, predictions: mergeProblems(predictions, request.problems) };
  }
}

/** @param problems by their places in the result. */
function mergeProblems(
  predictions: PredictResponse['predictions'],
  problems: ReadonlyMap<number, Problem>,
): PartialResponse['predictions'] {
  const rest = predictions.values();
  return Array.from({ length: predictions.length + problems.size }, (_, index) => {
    const problem = problems.get(index);
    return problem
      ? { error: problemBody(problem.code, problem.message) }
      : (rest.next().value as (typeof predictions)[number]);
  });
}

function hasParameters(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'parameters' in body;
}

/** The value of `?partial=`. @throws ProblemError 400 */
function isPartial(req: Request): boolean {
  // Most requests have no query, which Express would parse.
  const { partial = '0' } = req.url.includes('?') ? req.query : {};
  if (partial !== '0' && partial !== '1') {
    throw new ProblemError('invalid-request', 'partial: expected 0 or 1');
  }
  return partial === '1';
}
