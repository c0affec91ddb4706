/** What is observed of a server, for metrics, log and console. Telemetry implements it. */
import type { Answer, BatchTimes, ClassifierObserver } from '../inference/classifier.ts';
import type { ModelError } from '../version/errors.ts';
import type { RetryNotice } from '../version/stores/retry.ts';
import type { FeedbackRecord, PredictionRecord } from './prediction-record.ts';
import type { ServedModel } from './served-model.ts';
import type { RequestTrace, TracedRequest } from './trace.ts';

/** Why a request for predictions got none. */
export const REJECTION_REASONS = [
  ...(['queue_full', 'would_wait', 'deadline', 'client_gone', 'rate_limited'] as const),
];
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
  /** The model is in its workers. */
  onModelLoaded(model: ServedModel): void;
  /** The version that was requested serves already. */
  onAlreadyServing(): void;
  /** It is the one whose predictions are observed from now on. */
  onServing(model: ServedModel): void;
  /** The first model serves. */
  onReady(model: ServedModel, loadMs: number): void;
  /** PINNED could not be read again; what serves goes on to serve. */
  onPinError(error: unknown): void;
  /** @param commit undefined where the store did not report which version it pins. */
  onModelFailed(error: unknown, commit: string | undefined): void;
}

/** A route of a protocol, with the statuses that it answers with. */
export interface Route {
  readonly method: string;
  readonly route: string;
  readonly statuses: readonly number[];
}

/** How a request is counted. `method` and `route` are from bounded sets. */
export interface RequestSeries {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** One request that was answered, or whose client had gone before (status 499). */
export interface EndedRequest {
  readonly series: RequestSeries;
  /** From its headers to the end of its answer. */
  readonly durationSeconds: number;
  readonly requestId: string;
  readonly trace?: RequestTrace | undefined;
  /** The name of the key that the client sent, where it is one of the server's. */
  readonly client?: string | undefined;
  /** Of the client, where a proxy in front of the server is trusted to name it. */
  readonly address?: string | undefined;
  /** The type of the problem that it was answered with. */
  readonly problem?: string | undefined;
  /** Of a request over gRPC, such as `RESOURCE_EXHAUSTED`. */
  readonly grpcStatus?: string | undefined;
}

export const CONNECTION_CLOSE_REASONS = ['refused', 'evicted', 'unread'] as const;
export type ConnectionCloseReason = (typeof CONNECTION_CLOSE_REASONS)[number];

export interface WrittenAnswer {
  readonly model: Pick<ServedModel, 'name' | 'commit'>;
  readonly answers: readonly Answer[];
  /** `performance.now()`, where `latency_ms` of the log ends. */
  readonly writtenAt: number;
}

/** One request for predictions, from its arrival on. */
export interface PredictionObserver {
  /** A batch that held texts of the request has run; may come several times. */
  onBatch?(batch: BatchTimes, queuedAt: number): void;
  /** Its answer has been written. */
  onAnswered?(answer: WrittenAnswer): void;
  /** Called once for each prediction, after the answer has been written. */
  onPrediction(record: PredictionRecord): void;
  onRejected(reason: RejectionReason): void;
}

/** A candidate predicted a text that the primary had answered. */
export interface ShadowRecord {
  readonly primary: PredictionRecord;
  readonly model: string;
  readonly commit: string;
  /** In the labels of the primary. */
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  /** As it is counted. */
  readonly language: string;
  /** Of the batch. */
  readonly durationSeconds: number;
}

export interface ShadowObserver {
  /** @returns the text as the log has it. */
  onShadowPrediction(record: ShadowRecord): { readonly input: string | undefined };
  onShadowDropped(texts: number): void;
  /** The candidate could not predict. */
  onShadowError(error: unknown): void;
  /**
   * @param model the candidate; undefined where there is none any more.
   * @param labels of the primary.
   */
  onCandidate(model: ServedModel | undefined, labels: readonly string[]): void;
}

export interface Observer extends LoadObserver, ShadowObserver {
  readonly classifier: ClassifierObserver;
  /** Called once for each route before the first request. */
  onRoute(route: Route): void;
  /**
   * Called once for each request, when it begins. `onRequestEnd` and `startPrediction` receive what it
   * returns: undefined where the request came without a trace, and the server records none.
   */
  startTrace(request: TracedRequest): RequestTrace | undefined;
  /** The names of the keys that clients may send from now on. */
  onClients(names: readonly string[]): void;
  /** The keys were read again. @param count of all keys. */
  onKeysRead(count: number): void;
  onKeysError(error: unknown): void;
  onRequestStart(): void;
  /** Called once for each request, answered or not. */
  onRequestEnd(request: EndedRequest): void;
  /** A connection was closed because there were too many, or its client did not read the answer. */
  onConnectionClosed(reason: ConnectionCloseReason): void;
  /** Called for each error that is answered with 500. */
  onError(error: unknown, requestId: string): void;
  /** @returns what observes one request for predictions. */
  startPrediction(request: {
    readonly requestId: string;
    readonly trace?: RequestTrace | undefined;
  }): PredictionObserver;
  onFeedback(record: FeedbackRecord): void;
}
