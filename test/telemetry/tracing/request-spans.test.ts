/** Spans of requests whose batches end as a test says. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BatchTimes } from '../../../src/inference/classifier.ts';
import type { RequestTrace } from '../../../src/serving/trace.ts';
import {
  createRequestSpans,
  RecordedRequest,
} from '../../../src/telemetry/tracing/request-spans.ts';
import { toEpochMs } from '../../../src/telemetry/tracing/wall-clock.ts';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');
let batches: { trace: RequestTrace; queuedAt: number }[] = [];
const spans = createRequestSpans(tracer, (trace, _batch, queuedAt) =>
  batches.push({ trace, queuedAt }),
);
let now = 0;

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + now);
  now = 100;
});

afterEach(() => {
  vi.restoreAllMocks();
  exporter.reset();
  batches = [];
});

function begin() {
  const span = tracer.startSpan('http', { kind: SpanKind.SERVER, startTime: toEpochMs(now) });
  const recorded = new RecordedRequest(span, {
    ...{ protocol: 'http', traceparent: undefined, tracestate: undefined, startedAt: now },
    attributes: () => ({}),
  });
  const startedAt = now;
  return {
    recorded,
    end: (status = 200) =>
      spans.onRequestEnd(recorded, {
        series: { method: 'POST', route: '/predict', status },
        durationSeconds: (now - startedAt) / 1000,
        requestId: 'r',
        trace: recorded,
      }),
  };
}

/** From 110 to 140, on the worker from 112 to 138. */
const batchOf = (): BatchTimes => ({
  ...{ startedAt: 110, endedAt: 140, texts: 3 },
  report: {
    threadId: 7,
    tokenizing: { startedAt: 112, endedAt: 114 },
    runs: [
      { texts: 1, startedAt: 114, endedAt: 120 },
      { texts: 2, startedAt: 121, endedAt: 138 },
    ],
  },
});

/** `name from–to`, in milliseconds after the start of this thread's clock. */
function linesOf({ traceId }: RequestTrace): string[] {
  return exporter
    .getFinishedSpans()
    .filter((span) => span.spanContext().traceId === traceId)
    .map(({ name, startTime, endTime }) => `${name} ${toMs(startTime)}–${toMs(endTime)}`)
    .sort();
}

function toMs([seconds, nanoseconds]: readonly [number, number]): number {
  return Math.round(1e3 * seconds + nanoseconds / 1e6 - performance.timeOrigin);
}

function named({ traceId }: RequestTrace, name: string): ReadableSpan[] {
  return exporter
    .getFinishedSpans()
    .filter((span) => span.spanContext().traceId === traceId && span.name === name);
}

test('a request that came while the batch ran shows the part of it that it waited for', () => {
  const batch = batchOf();
  const first = begin();
  now = 105;
  spans.startPrediction(first.recorded).onBatch(batch, 106);
  now = 118;
  const later = begin();
  spans.startPrediction(later.recorded).onBatch(batch, 119);
  now = 141;
  later.end();
  first.end();
  expect(linesOf(first.recorded)).toEqual([
    'POST /predict 100–141',
    'batch 110–140',
    'inference 114–120',
    'inference 121–138',
    'queue 106–110',
    'receive 100–106',
    'respond 140–141',
    'tokenize 112–114',
  ]);
  expect(linesOf(later.recorded)).toEqual([
    'POST /predict 118–141',
    'batch 119–140',
    'inference 119–120',
    'inference 121–138',
    'receive 118–119',
    'respond 140–141',
  ]);
  expect(batches.map(({ queuedAt }) => queuedAt).sort()).toEqual([106, 119]);
});

test('the batch of the first request is linked to the others, whichever ends first', () => {
  const batch = batchOf();
  const requests = [begin(), begin(), begin()] as const;
  for (const { recorded } of requests) {
    spans.startPrediction(recorded).onBatch(batch, 105);
  }
  for (const request of requests.toReversed()) {
    request.end();
  }
  const [first, ...others] = requests.map(({ recorded }) => named(recorded, 'batch'));
  const linksOf = (found: ReadableSpan[] | undefined) =>
    found?.flatMap(({ links }) => links.map(({ context }) => context.spanId));
  expect(linksOf(first)).toEqual(requests.slice(1).map(({ recorded }) => recorded.spanId));
  for (const other of others) {
    expect(linksOf(other)).toEqual(first?.map((span) => span.spanContext().spanId));
  }
  expect(first?.[0]?.attributes).toEqual({ 'classifier.batch.texts': 3, 'thread.id': 7 });
});

test('a request that was given up in the queue shows why', () => {
  const { recorded, end } = begin();
  now = 103;
  const prediction = spans.startPrediction(recorded);
  now = 150;
  prediction.onRejected('deadline');
  end(504);
  expect(linesOf(recorded)).toEqual([
    ...['POST /predict 100–150', 'queue 103–150', 'receive 100–103', 'respond 150–150'],
  ]);
  expect(named(recorded, 'queue')[0]).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': 'deadline-exceeded' },
  });
  expect(named(recorded, 'POST /predict')[0]?.status.code).toBe(SpanStatusCode.ERROR);
});

test('a batch that failed is an error', () => {
  const { recorded, end } = begin();
  spans.startPrediction(recorded).onBatch({ ...batchOf(), report: undefined }, 105);
  end(500);
  expect(named(recorded, 'batch')[0]?.status.code).toBe(SpanStatusCode.ERROR);
  expect(named(recorded, 'inference')).toEqual([]);
});

test('the request ends when its answer has been written, as in the log', () => {
  const { recorded, end } = begin();
  const model = { name: 'm', commit: 'c' };
  spans.startPrediction(recorded).onAnswered({ model, answers: [], writtenAt: 120 });
  now = 130;
  end();
  expect(linesOf(recorded)).toContain('POST /predict 100–120');
});
