/** The tracer in this process, with a collector: variables of OpenTelemetry, and collectors that fail. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EndedRequest } from '../../../src/serving/observer.ts';
import type { Tracer } from '../../../src/telemetry/tracer.ts';
import { createTracer } from '../../../src/telemetry/tracing/tracing.ts';
import { type Collector, startCollector } from '../../support/collector.ts';

let collector: Collector;
let tracer: Tracer | undefined;
const problems: { message: string; omitted?: number }[] = [];

beforeEach(async () => {
  collector = await startCollector();
  problems.length = 0;
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
});

afterEach(async () => {
  await tracer?.close(0);
  vi.unstubAllEnvs();
  await collector.close();
});

function start(env: Record<string, string> = {}, path = ''): Tracer | undefined {
  for (const [name, value] of Object.entries(env)) {
    vi.stubEnv(name, value);
  }
  tracer = createTracer({
    otlpEndpoint: path === '' ? `${collector.url}/` : undefined,
    otlpTracesEndpoint: path === '' ? undefined : collector.url + path,
    log: {
      write: (_level, event, fields) => {
        expect(event).toBe('tracing_problem');
        problems.push(fields as { message: string });
      },
    },
    onTracedBatch: () => undefined,
  });
  return tracer;
}

/** A request that begins and ends. @returns its trace. */
function trace(ended: Partial<EndedRequest> = {}, headers: Partial<EndedHeaders> = {}) {
  const { protocol = 'http', ...context } = headers;
  const started = tracer?.startTrace({
    ...{ traceparent: undefined, tracestate: undefined, ...context },
    protocol,
    startedAt: performance.now(),
    attributes: () => ({}),
  });
  tracer?.onRequestEnd({
    series: { method: 'POST', route: '/predict', status: 200 },
    durationSeconds: 0.002,
    requestId: 'r',
    trace: started,
    ...ended,
  });
  return started;
}

interface EndedHeaders {
  readonly protocol: 'http' | 'grpc';
  readonly traceparent: string;
  readonly tracestate: string;
}

test.each<[string, number | undefined, RegExp]>([
  [
    'refuses the spans',
    400,
    /^1 spans were not sent to the collector 127.0.0.1:\d+: it answered 400/,
  ],
  ['fails', 500, /it answered 500/],
  ['is overloaded', 503, /it answered 503/],
  ['asks for longer than there is time', 429, /it answered 429/],
  ['does not answer', undefined, /there was no answer within 100 ms/],
])('a collector that %s: the reason is in the log', async (_, status, message) => {
  collector.answerWith(status, status === 429 ? { 'retry-after': '3600' } : {});
  start({ OTEL_EXPORTER_OTLP_TIMEOUT: status === undefined ? '100' : '3000' });
  trace();
  await vi.waitUntil(() => problems.length > 0, { timeout: 20_000 });
  expect(problems[0]?.message).toMatch(message);
  // Later ones are only counted, so that a collector that is down does not fill the log.
  const { length } = collector.requests;
  trace();
  await collector.untilRequests(length + 1);
  await tracer?.close(0);
  expect(problems).toHaveLength(1);
});

test('a collector that is back receives what it has refused for a while', async () => {
  collector.answerWith(503);
  start();
  trace();
  await collector.untilRequests(1);
  collector.answerWith(200);
  await collector.untilSpans((spans) => spans.length === 1);
  expect(problems).toEqual([]);
});

test('spans beyond OTEL_BSP_MAX_QUEUE_SIZE are dropped, and their number is in the log', async () => {
  start({
    OTEL_BSP_MAX_QUEUE_SIZE: '5',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  for (let sent = 0; sent < 100; sent++) {
    trace();
  }
  await vi.waitUntil(
    () => {
      // It is reported with the first one that is not dropped.
      trace();
      return problems.length > 0;
    },
    { timeout: 20_000 },
  );
  expect(problems[0]?.message).toMatch(/^Dropped \d+ spans because maxQueueSize reached$/);
});

test('another protocol is named in the log, and not used', async () => {
  start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, '/own/path');
  expect(problems).toEqual([
    { message: 'OTEL_EXPORTER_OTLP_PROTOCOL: only http/protobuf is known and used, found grpc' },
  ]);
  trace();
  await collector.untilSpans((spans) => spans.length > 0);
  expect(collector.requests[0]?.path).toBe('/own/path');
});

test('an unknown sampler is named in the log', () => {
  start({ OTEL_TRACES_SAMPLER: 'somehow' });
  expect(problems[0]?.message).toContain('OTEL_TRACES_SAMPLER value "somehow" invalid');
});

test('with OTEL_SDK_DISABLED there is no tracer', () => {
  expect(start({ OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
});

test('a traceparent that is not valid begins a new trace', async () => {
  start();
  const traceId = '0'.repeat(32);
  const started = trace(
    {},
    { traceparent: `00-${traceId}-${'1'.repeat(16)}-01`, tracestate: 'a=b' },
  );
  expect(started?.traceId).not.toBe(traceId);
  const [span] = await collector.untilSpans((spans) => spans.length > 0);
  expect(span).toMatchObject({ traceId: started?.traceId, parentId: '', traceState: '' });
});

test.each([
  ['an error of the server', { status: 503, problem: 'draining' }, 'ERROR', 'draining', 503],
  ['a client that has gone', { status: 499 }, 'ERROR', 'client-gone', undefined],
  ['a refused request', { status: 429, problem: 'queue-full' }, 'UNSET', 'queue-full', 429],
  ['an answer', { status: 200 }, 'UNSET', undefined, 200],
])('%s has the status of the conventions of HTTP', async (_, outcome, status, type, code) => {
  start();
  const { status: counted, ...rest } = { problem: undefined, ...outcome };
  trace({ series: { method: 'POST', route: '/predict', status: counted }, ...rest });
  const [span] = await collector.untilSpans((spans) => spans.length > 0);
  expect(span).toMatchObject({ name: 'POST /predict', status });
  expect(span?.attributes['error.type']).toBe(type);
  expect(span?.attributes['http.response.status_code']).toBe(code);
});

test.each([
  ['UNAVAILABLE', 503, 'ERROR'],
  ['RESOURCE_EXHAUSTED', 429, 'UNSET'],
  ['OK', 200, 'UNSET'],
])(
  'a request over gRPC that ends in %s has the conventions of RPC',
  async (grpcStatus, status, code) => {
    start();
    const route = '/inference.GRPCInferenceService/ModelInfer';
    trace({ series: { method: 'POST', route, status }, grpcStatus }, { protocol: 'grpc' });
    const [span] = await collector.untilSpans((spans) => spans.length > 0);
    expect(span).toMatchObject({
      ...{ name: 'inference.GRPCInferenceService/ModelInfer', kind: 'SERVER', status: code },
      attributes: {
        'rpc.system.name': 'grpc',
        'rpc.method': 'inference.GRPCInferenceService/ModelInfer',
        'rpc.response.status_code': grpcStatus,
      },
    });
    expect(span?.attributes).not.toHaveProperty('http.route');
  },
);
