/**
 * Texts → predictions, for every protocol: the deadline, the lease on the model, ids, rounded scores, and
 * what is observed.
 */
import { KnownError } from '../errors.ts';
import { type Classification, roundScores } from '../inference/classification.ts';
import type { Answer, OnWaiting } from '../inference/classifier.ts';
import { round } from '../statistics.ts';
import { fairShareOf, type Sender } from './clients.ts';
import { ServingError } from './errors.ts';
import type { Manager } from './manager.ts';
import type { Observer, PredictionObserver, RejectionReason } from './observer.ts';
import type { PredictionIds } from './prediction-id.ts';
import type { PredictionRecord } from './prediction-record.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RateStatus } from './rate-status.ts';
import type { ServedModel } from './served-model.ts';
import type { RequestTrace } from './trace.ts';

export interface PredictorOptions {
  readonly manager: Manager;
  readonly predictionIds: PredictionIds;
  readonly requestTimeoutMs: number;
  readonly observer: Pick<Observer, 'startPrediction'>;
  /** Undefined: no client has a limit. */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Receives each prediction after its answer has been written. */
  readonly onPrediction?: (record: PredictionRecord) => void;
}

/** A request for predictions, whatever protocol it came by, without its texts. */
export interface PredictionRequest {
  readonly sender: Sender;
  readonly requestId: string;
  /** What `Observer.startTrace` returned for it. */
  readonly trace?: RequestTrace | undefined;
  /** `performance.now()` when the request's headers had been read. */
  readonly startedAt: number;
  /** How long its client waits, where that is shorter than the server's own limit. */
  readonly timeoutMs?: number | undefined;
  /** Calls `listener` when the client has gone. @returns a function that stops listening. */
  onClientGone(listener: () => void): () => void;
  /** Called with what is left to the client, where it has a limit, before its answer or refusal. */
  onRateStatus?(status: RateStatus): void;
}

export interface Prediction {
  readonly id: string;
  readonly label: string;
  /** Probability of the label, six decimals. */
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
  readonly truncated: true | undefined;
}

export interface PredictionAnswer {
  readonly model: Pick<ServedModel, 'name' | 'commit'>;
  /** In the order of the texts. */
  readonly predictions: readonly Prediction[];
  /** What they were made of. */
  readonly answers: readonly Answer[];
  /** To be called once the answer has been written: it is observed then. */
  observe(): void;
}

export interface Predictor {
  /**
   * Rejects with ServingError (`not-ready`, `draining`, `deadline-exceeded`, `client-gone`) or with the
   * classifier's ClassifierError.
   *
   * @param texts checked: at least one, none blank, none too long. They are no field of the request: object
   * spread is slow on this path (docs/decisions/0006-cache-and-processes.md).
   */
  predict(texts: readonly string[], request: PredictionRequest): Promise<PredictionAnswer>;
}

export function createPredictor(options: PredictorOptions): Predictor {
  const { manager, predictionIds, requestTimeoutMs, observer, onPrediction, rateLimiter } = options;
  return {
    predict: async (texts, request) => {
      const { model, release } = manager.acquire();
      const observed = observer.startPrediction(request);
      const deadline = createDeadline(request, requestTimeoutMs);
      let answers: Answer[];
      try {
        if (rateLimiter) {
          await rateLimiter.take({ ...request, texts });
        }
        answers = await model.classifier.classify(texts, {
          client: fairShareOf(request.sender),
          onWaiting: deadline.start,
          ...(observed.onBatch ? { onBatch: observed.onBatch } : {}),
        });
      } catch (error) {
        const reason = rejectionReason(error);
        if (reason) {
          observed.onRejected(reason);
        }
        throw error;
      } finally {
        deadline.clear();
        release();
      }
      const { name, commit } = model;
      const predictions = answers.map(({ classification }) =>
        toPrediction(classification, predictionIds.create({ label: classification.label, commit })),
      );
      return {
        model: { name, commit },
        predictions,
        answers,
        observe: () =>
          observeAll(observed, request, { texts, model, predictions, answers }, onPrediction),
      };
    },
  };
}

/**
 * Gives a request up when its client has gone or its time is over. It starts where a text has to wait: an
 * answer from the cache needs none.
 */
function createDeadline(
  { onClientGone, timeoutMs: clientTimeoutMs = Number.POSITIVE_INFINITY }: PredictionRequest,
  maxTimeoutMs: number,
): { readonly start: OnWaiting; clear(): void } {
  const timeoutMs = Math.min(clientTimeoutMs, maxTimeoutMs);
  let clear = (): void => undefined;
  return {
    start: (giveUp) => {
      const stopListening = onClientGone(() =>
        giveUp(new ServingError('client-gone', 'The client has gone')),
      );
      const timer = setTimeout(() => {
        const message = `There was no prediction within ${timeoutMs} ms`;
        giveUp(new ServingError('deadline-exceeded', message));
      }, timeoutMs);
      clear = () => {
        clearTimeout(timer);
        stopListening();
      };
    },
    clear: () => clear(),
  };
}

/** By the code of the error; others are no rejections. */
const REJECTION_REASON_OF: Readonly<Record<string, RejectionReason>> = {
  'queue-full': 'queue_full',
  'would-wait-too-long': 'would_wait',
  'deadline-exceeded': 'deadline',
  'client-gone': 'client_gone',
  'rate-limited': 'rate_limited',
};

function rejectionReason(error: unknown): RejectionReason | undefined {
  return error instanceof KnownError ? REJECTION_REASON_OF[error.code] : undefined;
}

function toPrediction(classification: Classification, id: string): Prediction {
  const { label, language, truncated } = classification;
  const { score, scores } = roundScores(classification);
  return {
    id,
    label,
    score,
    scores,
    language,
    truncated: truncated ? true : undefined,
  };
}

interface Answered {
  readonly texts: readonly string[];
  readonly model: ServedModel;
  readonly predictions: readonly Prediction[];
  readonly answers: readonly Answer[];
}

function observeAll(
  observer: PredictionObserver,
  { requestId, trace, startedAt, sender }: PredictionRequest,
  { texts, model: { name, commit }, predictions, answers }: Answered,
  onPrediction: PredictorOptions['onPrediction'],
): void {
  const writtenAt = performance.now();
  const latencyMs = round(writtenAt - startedAt, 1e3);
  observer.onAnswered?.({ model: { name, commit }, answers, writtenAt });
  for (const [index, { id, label, score, scores, language }] of predictions.entries()) {
    const { classification, cached } = answers[index] as Answer;
    // Each field by name: object spread is slow on this path (docs/decisions/0006-cache-and-processes.md).
    const record: PredictionRecord = {
      requestId,
      traceId: trace?.traceId,
      spanId: trace?.spanId,
      client: sender.client?.name,
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
      topic: classification.topic,
      cached,
      latencyMs,
    };
    observer.onPrediction(record);
    onPrediction?.(record);
  }
}
