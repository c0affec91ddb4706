/**
 * The spans of a request, written when it has ended: its own, and below it one for each part of its time.
 *
 *     POST /predict
 *     ├─ receive      reading and checking the body
 *     ├─ queue        waiting for a worker
 *     ├─ batch        in a worker, with the texts of other requests
 *     │  ├─ tokenize
 *     │  └─ inference one for each run of the model
 *     └─ respond      writing the answer
 *
 * Each request of a batch has a span of the batch in its own trace. That of the first one has links to the
 * other requests; theirs have a link to it.
 */
import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer as SpanTracer,
  trace,
} from '@opentelemetry/api';
import type { BatchTimes } from '../../inference/classifier.ts';
import type { Interval } from '../../inference/messages.ts';
import type { EndedRequest, RejectionReason, WrittenAnswer } from '../../serving/observer.ts';
import type { RequestTrace, TracedRequest } from '../../serving/trace.ts';
import type { OnTracedBatch, TracedPrediction } from '../tracer.ts';
import { ERROR_TYPE_OF, endAttributes, spanName, statusOf } from './conventions.ts';
import { toEpochMs } from './wall-clock.ts';

/** One that is recorded. Times are of `performance.now()`. */
export class RecordedRequest implements RequestTrace {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined until its texts are there. */
  prediction?: RecordedPrediction;

  readonly span: Span;
  readonly request: TracedRequest;

  constructor(span: Span, request: TracedRequest) {
    this.span = span;
    this.request = request;
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
  }
}

interface RecordedPrediction {
  readonly startedAt: number;
  readonly batches: { readonly batch: BatchTimes; readonly queuedAt: number }[];
  rejected?: { readonly at: number; readonly reason: RejectionReason };
  answered?: WrittenAnswer;
}

/** The recorded requests of a batch, and its span in the trace of the first. */
interface RecordedBatch {
  readonly requests: RecordedRequest[];
  span?: SpanContext;
}

export interface RequestSpans {
  startPrediction(recorded: RecordedRequest): TracedPrediction;
  onRequestEnd(recorded: RecordedRequest, request: EndedRequest): void;
}

interface Writer {
  readonly tracer: SpanTracer;
  readonly onTracedBatch: OnTracedBatch;
  readonly batches: WeakMap<BatchTimes, RecordedBatch>;
}

export function createRequestSpans(tracer: SpanTracer, onTracedBatch: OnTracedBatch): RequestSpans {
  const writer: Writer = { tracer, onTracedBatch, batches: new WeakMap() };
  return {
    startPrediction: (recorded) => startPrediction(writer, recorded),
    onRequestEnd: (recorded, ended) => writeSpans(writer, recorded, ended),
  };
}

function startPrediction({ batches }: Writer, recorded: RecordedRequest): TracedPrediction {
  const prediction: RecordedPrediction = { startedAt: performance.now(), batches: [] };
  recorded.prediction = prediction;
  return {
    onBatch: (batch, queuedAt) => {
      prediction.batches.push({ batch, queuedAt });
      const known = batches.get(batch);
      if (known) {
        known.requests.push(recorded);
      } else {
        batches.set(batch, { requests: [recorded] });
      }
    },
    onRejected: (reason) => {
      prediction.rejected = { at: performance.now(), reason };
    },
    onAnswered: (answer) => {
      prediction.answered = answer;
    },
  };
}

function writeSpans(writer: Writer, recorded: RecordedRequest, ended: EndedRequest): void {
  const { span, request, prediction } = recorded;
  const endedAt =
    prediction?.answered?.writtenAt ?? request.startedAt + 1000 * ended.durationSeconds;
  if (prediction) {
    writePrediction(writer, recorded, prediction, endedAt);
  }
  span.updateName(spanName(request, ended));
  span.setAttributes(endAttributes(request, ended));
  const status = statusOf(request, ended);
  if (status) {
    span.setStatus(status);
  }
  span.end(toEpochMs(endedAt));
}

function writePrediction(
  writer: Writer,
  recorded: RecordedRequest,
  prediction: RecordedPrediction,
  endedAt: number,
): void {
  const { span, request } = recorded;
  const { answered, rejected, startedAt } = prediction;
  if (answered) {
    const { model, answers } = answered;
    span.setAttributes({
      'classifier.model.name': model.name,
      'classifier.model.commit': model.commit,
      'classifier.texts': answers.length,
      'classifier.texts.cached': answers.filter(({ cached }) => cached).length,
      'classifier.tokens': answers.reduce((sum, each) => sum + each.classification.tokens, 0),
    });
  }
  const [firstBatch] = prediction.batches;
  if (!firstBatch && !rejected) {
    // Answered from the cache, at once: parts of so little time would only cost.
    return;
  }
  const parent = contextOf(span.spanContext());
  const receivedAt = firstBatch?.queuedAt ?? startedAt;
  write(writer, parent, { name: 'receive', from: request.startedAt, to: receivedAt });
  let lastEndedAt = receivedAt;
  for (const wait of prediction.batches) {
    const { batch, queuedAt } = wait;
    if (batch.startedAt > queuedAt) {
      write(writer, parent, { name: 'queue', from: queuedAt, to: batch.startedAt });
    }
    writeBatch(writer, recorded, wait);
    lastEndedAt = Math.max(lastEndedAt, batch.endedAt);
  }
  if (rejected) {
    const { at: to, reason } = rejected;
    write(writer, parent, { name: 'queue', from: startedAt, to, error: ERROR_TYPE_OF[reason] });
    lastEndedAt = to;
  }
  write(writer, parent, { name: 'respond', from: lastEndedAt, to: endedAt });
}

/** A batch in the trace of one of its requests. */
function writeBatch(
  writer: Writer,
  recorded: RecordedRequest,
  { batch, queuedAt }: RecordedPrediction['batches'][number],
): void {
  const shared = writer.batches.get(batch) as RecordedBatch;
  const [first, ...others] = shared.requests as [RecordedRequest, ...RecordedRequest[]];
  shared.span ??= writeBatchOf(writer, first, {
    batch,
    links: others.map(({ span }) => ({ context: span.spanContext() })),
    queuedAt: queuedAtOf(first, batch),
  });
  if (recorded !== first) {
    writeBatchOf(writer, recorded, { batch, queuedAt, links: [{ context: shared.span }] });
  }
}

function queuedAtOf({ prediction }: RecordedRequest, batch: BatchTimes): number {
  const found = prediction?.batches.find((each) => each.batch === batch);
  return found?.queuedAt ?? batch.startedAt;
}

interface BatchOfRequest {
  readonly batch: BatchTimes;
  readonly queuedAt: number;
  readonly links: Link[];
}

function writeBatchOf(
  writer: Writer,
  { span, traceId, spanId }: RecordedRequest,
  { batch, queuedAt, links }: BatchOfRequest,
): SpanContext {
  const { report, startedAt, endedAt, texts } = batch;
  const written = write(writer, contextOf(span.spanContext()), {
    name: 'batch',
    // The request may have come after the start, with a text that another one had sent.
    from: Math.max(startedAt, queuedAt),
    to: endedAt,
    attributes: { 'classifier.batch.texts': texts, 'thread.id': report?.threadId },
    links,
    error: report ? undefined : 'batch-failed',
  });
  const parent = contextOf(written);
  const writePart = (name: string, part: Interval, attributes: Attributes = {}): void => {
    const from = Math.max(part.startedAt, queuedAt);
    if (from < part.endedAt) {
      write(writer, parent, { name, from, to: part.endedAt, attributes });
    }
  };
  if (report) {
    writePart('tokenize', report.tokenizing);
    for (const run of report.runs) {
      writePart('inference', run, { 'classifier.batch_size': run.texts });
    }
  }
  writer.onTracedBatch({ traceId, spanId }, batch, queuedAt);
  return written;
}

interface Part {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly attributes?: Attributes;
  readonly links?: Link[];
  /** What went wrong. */
  readonly error?: string | undefined;
}

function write(
  { tracer }: Writer,
  parent: Context,
  { name, from, to, attributes = {}, links = [], error }: Part,
): SpanContext {
  const options = { startTime: toEpochMs(from), attributes, links };
  const span = tracer.startSpan(name, options, parent);
  if (error !== undefined) {
    span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(toEpochMs(to));
  return span.spanContext();
}

function contextOf(parent: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}
