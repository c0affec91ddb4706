/** Everything that is observed goes through here: to the metrics, the log and the console's history. */
import { PREDICTION_ROUTES } from '../api/prediction-routes.ts';
import type { ClassifierObserver } from '../inference/classifier.ts';
import type {
  LoadEvent,
  Observer,
  PredictionObserver,
  ShadowObserver,
} from '../serving/observer.ts';
import type { PredictionRecord } from '../serving/prediction-record.ts';
import { receivedTrace } from '../serving/trace.ts';
import { deferUntilAfterResponse } from './after-response.ts';
import { errorFields } from './error-fields.ts';
import type { History } from './history.ts';
import type { Log } from './log/log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type InputLogging, predictionFields, shadowPredictionFields } from './prediction-log.ts';
import type { RequestLog } from './request-log.ts';
import type { TracedPrediction, Tracer } from './tracer.ts';

export interface ObserverOptions extends InputLogging {
  readonly metrics: Metrics;
  readonly history: History;
  readonly log: Log;
  readonly requestLog: RequestLog;
  readonly modelName: string;
  /** Undefined where no spans are recorded. */
  readonly tracer: Tracer | undefined;
}

export function createObserver(options: ObserverOptions): Observer {
  const { metrics, history, log, requestLog, modelName, tracer } = options;
  const onError = (error: unknown, requestId?: string): void =>
    log.write('error', 'error', { request_id: requestId, ...errorFields(error) });
  const predictionObserver = observePredictions(options, onError);
  return {
    classifier: observeClassifier(metrics, log),
    onRoute: metrics.onRoute,
    startTrace: tracer?.startTrace ?? receivedTrace,
    onClients: metrics.onClients,
    onKeysRead: (count) => log.write('info', 'keys_read', { keys: count }),
    onKeysError: (error) => log.write('error', 'keys_unreadable', errorFields(error)),
    onRequestStart: metrics.onRequestStart,
    onConnectionClosed: metrics.onConnectionClosed,
    onRequestEnd: deferUntilAfterResponse(
      (request) => {
        const { series, durationSeconds, problem } = request;
        metrics.onRequestEnd(request);
        requestLog.onRequestEnd(request);
        tracer?.onRequestEnd(request);
        // A client that exceeds its rate is no load that the workers can't do.
        if (PREDICTION_ROUTES.has(series.route) && problem !== 'rate-limited') {
          history.onRequestEnd(series.status, durationSeconds);
        }
      },
      (error) => onError(error),
    ),
    onError,
    startPrediction: tracer
      ? ({ trace }) => withSpans(predictionObserver, tracer.startPrediction(trace))
      : () => predictionObserver,
    onFeedback: (record) => {
      const { requestId, predicted, actual, ...fields } = record;
      metrics.onFeedback(record);
      history.onFeedback(predicted, actual);
      log.write('info', 'feedback', { request_id: requestId, ...fields, predicted, actual });
    },
    onLoadEvent: (event) => writeLoadEvent(log, event),
    onModelLoaded: metrics.onModelLoaded,
    onAlreadyServing: metrics.onAlreadyServing,
    onServing: (model) => {
      metrics.onServing(model);
      history.onServing(model.profile, { isCalibrated: model.temperature !== undefined });
      if (model.forced !== undefined) {
        log.write('warn', 'forced_version', { commit: model.commit, message: model.forced });
      }
    },
    ...observeShadow(options, onError),
    onReady: ({ name, commit, classifier }, loadMs) => {
      const { starting, idle, busy } = classifier.stats().workers;
      const workers = starting + idle + busy;
      log.write('info', 'ready', { model: name, commit, workers, load_ms: Math.round(loadMs) });
    },
    onPinError: (error) => log.write('warn', 'pin_unreadable', errorFields(error)),
    onModelFailed: (error, commit) => {
      metrics.onModelFailed();
      log.write('error', 'model_load_failed', { model: modelName, commit, ...errorFields(error) });
    },
  };
}

function observeShadow(
  { metrics, history, log, ...logging }: ObserverOptions,
  onError: (error: unknown) => void,
): ShadowObserver {
  return {
    onShadowPrediction: (record) => {
      const fields = shadowPredictionFields(record, logging);
      metrics.onShadowPrediction(record);
      history.onShadowPrediction(record.language, record.label === record.primary.label);
      log.write('info', 'shadow_prediction', fields);
      return fields;
    },
    onShadowDropped: metrics.onShadowDropped,
    onShadowError: onError,
    onCandidate: (model, labels) => {
      metrics.onCandidate(model, labels);
      history.onCandidate();
    },
  };
}

function withSpans(
  observer: PredictionObserver,
  traced: TracedPrediction | undefined,
): PredictionObserver {
  return traced
    ? {
        ...traced,
        onPrediction: observer.onPrediction,
        onRejected: (reason) => {
          observer.onRejected(reason);
          traced.onRejected(reason);
        },
      }
    : observer;
}

/** One for all requests: nothing of a single request is kept. */
function observePredictions(
  { metrics, history, log, ...logging }: ObserverOptions,
  onError: (error: unknown, requestId?: string) => void,
): PredictionObserver {
  return {
    onRejected: metrics.onRejected,
    onPrediction: deferUntilAfterResponse(
      (record: PredictionRecord) => {
        const fields = predictionFields(record, logging);
        metrics.onPrediction(record);
        history.onPrediction(record, fields);
        log.write('info', 'prediction', fields);
      },
      (error, { requestId }) => onError(error, requestId),
    ),
  };
}

function observeClassifier(metrics: Metrics, log: Log): ClassifierObserver {
  return {
    onLookUp: metrics.onLookUp,
    onDequeue: metrics.onDequeue,
    onRun: metrics.onRun,
    onWorkerRestart: (cause) => {
      metrics.onWorkerRestart();
      log.write('error', 'worker_restart', errorFields(cause));
    },
    onNonSaturatingInt8: ({ message }) => log.write('warn', 'exact_products', { message }),
  };
}

function writeLoadEvent(log: Log, event: LoadEvent): void {
  switch (event.type) {
    case 'store-retry': {
      const { error, attempt, delayMs } = event.retry;
      log.write('warn', 'store_retry', { ...errorFields(error), attempt, delay_ms: delayMs });
      break;
    }
    case 'store-unavailable':
      log.write('warn', 'store_unavailable', {
        ...errorFields(event.error),
        serving: event.lastPinned,
      });
      break;
    case 'cache-damaged':
      log.write('warn', 'cache_damaged', errorFields(event.error));
      break;
    case 'fetching':
      log.write('info', 'fetching', { store: event.store, bytes: event.totalBytes });
      break;
  }
}
