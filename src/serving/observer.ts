/** What is observed of a server, for metrics, log and console. Telemetry implements it. */
import type { BatchTimes, ClassifierObserver } from '../inference/classifier.ts';
import type { ModelError } from '../version/errors.ts';
import type { RetryNotice } from '../version/stores/retry.ts';
import type { FeedbackRecord, PredictionRecord } from './prediction-record.ts';
import type { ServedModel } from './served-model.ts';

/** Why a request for predictions got none. */
export const REJECTION_REASONS = ['queue_full', 'would_wait', 'deadline', 'client_gone'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** A step of bringing a version from its store into workers. */
export type LoadEvent =
  | { readonly type: 'store-retry'; readonly retry: RetryNotice }
  /** The store can't be reached: the version that it pinned last is served. */
  | {
      readonly type: 'store-unavailable';
      readonly error: ModelError;
      readonly lastPinned: string;
    }
  /** The cache holds other bytes than the version's: it is fetched again. */
  | { readonly type: 'cache-damaged'; readonly error: ModelError }
  | { readonly type: 'fetching'; readonly store: string; readonly totalBytes: number };

export interface LoadObserver {
  onLoadEvent(event: LoadEvent): void;
  /** The model is in its workers; it predicts once the other processes are ready too. */
  onModelLoaded(model: ServedModel): void;
  /** The model serves. */
  onReady(model: ServedModel, loadMs: number): void;
  /** @param commit undefined where the store did not report which version it pins. */
  onModelFailed(error: unknown, commit: string | undefined): void;
}

/** A route of a protocol, with the statuses that it answers with. */
export interface Route {
  readonly method: string;
  readonly route: string;
  readonly statuses: readonly number[];
}

/** One answered request. `method` and `route` are from bounded sets. */
export interface RequestSeries {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

export const CONNECTION_CLOSE_REASONS = ['refused', 'evicted', 'unread'] as const;
export type ConnectionCloseReason = (typeof CONNECTION_CLOSE_REASONS)[number];

/** One request for predictions, from its arrival on. */
export interface PredictionObserver {
  /** A batch that held texts of the request has run; may come several times. */
  onBatch?(batch: BatchTimes): void;
  /** Called once for each prediction, after the answer has been written. */
  onPrediction(record: PredictionRecord): void;
  onRejected(reason: RejectionReason): void;
}

export interface Observer extends LoadObserver {
  readonly classifier: ClassifierObserver;
  /** Called once for each route before the first request. */
  onRoute(route: Route): void;
  onRequestStart(): void;
  /** Called once for each request, answered or not. */
  onRequestEnd(series: RequestSeries, durationSeconds: number): void;
  /** A connection was closed because there were too many, or its client did not read the answer. */
  onConnectionClosed(reason: ConnectionCloseReason): void;
  /** Called for each error that is answered with 500. */
  onError(error: unknown, requestId: string): void;
  /** @returns what observes one request for predictions. */
  startPrediction(request: { readonly requestId: string }): PredictionObserver;
  onFeedback(record: FeedbackRecord): void;
}
