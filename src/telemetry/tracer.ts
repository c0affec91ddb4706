/** What records the spans of requests. */
import type { Config } from '../config/config.ts';
import type { BatchTimes } from '../inference/classifier.ts';
import type { EndedRequest, PredictionObserver } from '../serving/observer.ts';
import type { RequestTrace, TracedRequest } from '../serving/trace.ts';
import type { Log } from './log/log.ts';

export type TracedPrediction = Required<Omit<PredictionObserver, 'onPrediction'>>;

/** Called for each recorded request of a batch; `queuedAt` as for `ClassifyOptions.onBatch`. */
export type OnTracedBatch = (trace: RequestTrace, batch: BatchTimes, queuedAt: number) => void;

export interface Tracer {
  startTrace(request: TracedRequest): RequestTrace;
  /** @returns what observes the request; undefined where no span is recorded. */
  startPrediction(trace: RequestTrace | undefined): TracedPrediction | undefined;
  /** Writes the spans of the request. */
  onRequestEnd(request: EndedRequest): void;
  /** Sends the spans that are left, for as long as `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

export interface TracerOptions extends Pick<Config, 'otlpEndpoint' | 'otlpTracesEndpoint'> {
  readonly log: Pick<Log, 'write'>;
  readonly onTracedBatch: OnTracedBatch;
}
