/** `POST /predict`: body → schema → classifier → answer, observed once on the way out. */
import type { Response } from 'express';
import type { Answer, Classification, OnWaiting } from '../../inference/classifier.ts';
import { ClassifierError } from '../../inference/errors.ts';
import type { PredictionIds } from '../../serving/prediction-id.ts';
import { type ModelState, readyModel } from '../../serving/served-model.ts';
import type { RejectionReason } from '../../telemetry/metrics.ts';
import type { PredictionRecord } from '../../telemetry/prediction-log.ts';
import { jsonBody, readJson, sendJson } from '../middleware/json-body.ts';
import { pace } from '../middleware/pacing.ts';
import { contextOf } from '../middleware/request-context.ts';
import { type InputLimits, parsePredictRequest } from '../predict-request.ts';
import { ClientGoneError, DeadlineError } from '../problems.ts';
import type { Resource } from '../resource.ts';

export interface PredictOptions extends InputLimits {
  readonly maxBody: number;
  readonly requestTimeoutMs: number;
  readonly state: () => ModelState;
  readonly predictionIds: PredictionIds;
  /** Told of each request that was turned away, or given up before it was answered. */
  readonly onRejected: (reason: RejectionReason) => void;
  /** Told of each prediction as it is answered. */
  readonly onPrediction: (record: PredictionRecord) => void;
}

interface Prediction {
  readonly id: string;
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
  readonly truncated: true | undefined;
}

export function predict(options: PredictOptions): Resource {
  const { state, onPrediction, predictionIds } = options;
  return {
    method: 'post',
    path: '/predict',
    statuses: [200, 400, 413, 415, 429, 499, 500, 503, 504],
    handlers: [
      // Refused before the body is read.
      (_req, _res, next) => {
        readyModel(state());
        next();
      },
      pace(),
      readJson(options.maxBody),
      pace(),
      async (req, res) => {
        const { texts, answer } = parsePredictRequest(jsonBody(req), options);
        const model = readyModel(state());
        const { requestId, traceId, startedAt } = contextOf(res);

        const deadline = createDeadline(res, options.requestTimeoutMs);
        let answers: Answer[];
        try {
          answers = await model.classifier.classify(texts, { onWaiting: deadline.start });
        } catch (error) {
          const reason = rejectionReason(error);
          if (reason) {
            options.onRejected(reason);
          }
          throw error;
        } finally {
          deadline.clear();
        }
        const { name, commit } = model;
        const predictions = answers.map(({ classification }) =>
          toPrediction(
            classification,
            predictionIds.create({ label: classification.label, commit }),
          ),
        );
        if (answer === 'labels') {
          sendJson(
            res,
            predictions.map(({ label }) => label),
          );
        } else {
          sendJson(res, { model: { name, commit }, predictions });
        }
        const latencyMs = round(performance.now() - startedAt, 1e3);
        for (const [index, { id, label, score, scores, language }] of predictions.entries()) {
          const { classification, cached } = answers[index] as Answer;
          // All fields by name, here and below: putting objects together out of others took a fifth
          // of the time of an answer out of the cache.
          onPrediction({
            requestId,
            traceId,
            id,
            model: name,
            commit,
            input: texts[index] as string,
            label,
            score,
            scores,
            language,
            languageConfidence: round(classification.languageConfidence, 1e4),
            tokens: classification.tokens,
            unknownRatio: round(classification.unknownRatio, 1e4),
            truncated: classification.truncated,
            cached,
            latencyMs,
          });
        }
      },
    ],
  };
}

/**
 * Gives work up when the client goes away or the time is over. It starts where a text has to wait: an
 * answer out of the cache does without.
 */
function createDeadline(
  res: Response,
  timeoutMs: number,
): { readonly start: OnWaiting; clear(): void } {
  let clear = (): void => undefined;
  return {
    start: (giveUp) => {
      const onClose = (): void => giveUp(new ClientGoneError('The client has gone'));
      const timer = setTimeout(() => {
        giveUp(new DeadlineError(`There was no prediction within ${timeoutMs} ms`));
      }, timeoutMs);
      res.once('close', onClose);
      clear = () => {
        clearTimeout(timer);
        res.off('close', onClose);
      };
    },
    clear: () => clear(),
  };
}

function rejectionReason(error: unknown): RejectionReason | undefined {
  if (error instanceof DeadlineError) {
    return 'deadline';
  }
  if (error instanceof ClientGoneError) {
    return 'client_gone';
  }
  return error instanceof ClassifierError && error.code === 'queue-full' ? 'queue_full' : undefined;
}

function toPrediction(classification: Classification, id: string): Prediction {
  const { label, score, language, truncated } = classification;
  const scores: Record<string, number> = {};
  for (const name in classification.scores) {
    scores[name] = round(classification.scores[name] as number, 1e6);
  }
  return {
    id,
    label,
    score: round(score, 1e6),
    scores,
    language,
    truncated: truncated ? true : undefined,
  };
}

/** @param unit 1e3 for three decimals. */
function round(value: number, unit: number): number {
  return Math.round(value * unit) / unit;
}
