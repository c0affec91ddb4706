/**
 * Traces by OpenTelemetry's SDK, which reads its own variables: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES,
 * OTEL_BSP_* and others. Nothing is registered globally but its error messages: no
 * other part of the process records spans.
 */
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import manifest from '../../../package.json' with { type: 'json' };
import {
  parseTraceparent,
  type RequestTrace,
  type TracedRequest,
  type TraceParent,
} from '../../serving/trace.ts';
import type { Tracer, TracerOptions } from '../tracer.ts';
import { reportProblems } from './problems.ts';
import { createRequestSpans, RecordedRequest } from './request-spans.ts';
import { type IsSampled, readSampler } from './sampler.ts';
import { createSpanExporter } from './span-exporter.ts';
import { toEpochMs } from './wall-clock.ts';

/** @returns undefined with OTEL_SDK_DISABLED. */
export function createTracer(options: TracerOptions): Tracer | undefined {
  if (getBooleanFromEnv('OTEL_SDK_DISABLED')) {
    return undefined;
  }
  const onProblem = reportProblems(options.log);
  warnOfOtherProtocol(onProblem);
  const exporter = createSpanExporter(tracesUrl(options), onProblem);
  // Before the SDK reads the same variables: of what is wrong, the first line is written.
  const isSampled = readSampler(onProblem);
  const ids = createTraceIds();
  const provider = new BasicTracerProvider({
    resource: describeService(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    idGenerator: ids,
    // It has been decided before.
    sampler: new AlwaysOnSampler(),
  });
  const { tracer, start } = createTraceStart(provider, ids, isSampled);
  const spans = createRequestSpans(tracer, options.onTracedBatch);
  return {
    startTrace: start,
    startPrediction: (recorded) =>
      recorded instanceof RecordedRequest ? spans.startPrediction(recorded) : undefined,
    onRequestEnd: (request) => {
      if (request.trace instanceof RecordedRequest) {
        spans.onRequestEnd(request.trace, request);
      }
    },
    close: async (timeoutMs) => {
      const timer = setTimeout(exporter.abort, timeoutMs);
      await provider.shutdown().catch((error: Error) => onProblem(error.message));
      clearTimeout(timer);
    },
  };
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp */
function tracesUrl({ otlpEndpoint = '', otlpTracesEndpoint }: TracerOptions): string {
  return otlpTracesEndpoint ?? `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`;
}

function describeService() {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': manifest.name,
        'service.version': manifest.version,
      }),
    )
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

function warnOfOtherProtocol(onProblem: (message: string) => void): void {
  for (const signal of ['TRACES_', '']) {
    const variable = `OTEL_EXPORTER_OTLP_${signal}PROTOCOL`;
    const value = getStringFromEnv(variable);
    if (value !== undefined) {
      if (value !== 'http/protobuf') {
        onProblem(`${variable}: only http/protobuf is known and used, found ${value}`);
      }
      return;
    }
  }
}

/** The id of the trace is known before its first span: by it, the sampler decides whether there is one. */
function createTraceStart(provider: BasicTracerProvider, ids: TraceIds, isSampled: IsSampled) {
  const tracer = provider.getTracer(manifest.name, manifest.version);
  const start = (request: TracedRequest): RequestTrace => {
    const parent = parseTraceparent(request.traceparent);
    const traceId = parent?.traceId ?? ids.beginTrace();
    const context = parent ? contextOf(parent, request.tracestate) : ROOT_CONTEXT;
    if (!isSampled(context, traceId)) {
      return { traceId, spanId: undefined };
    }
    const options = { kind: SpanKind.SERVER, startTime: toEpochMs(request.startedAt) };
    const span = tracer.startSpan(request.protocol, options, context);
    span.setAttributes(request.attributes());
    return new RecordedRequest(span, request);
  };
  return { tracer, start };
}

interface TraceIds extends IdGenerator {
  /** @returns the id of the trace that the next span without a parent begins. */
  beginTrace(): string;
}

function createTraceIds(): TraceIds {
  const random = new RandomIdGenerator();
  let begun = '';
  return {
    beginTrace: () => {
      begun = random.generateTraceId();
      return begun;
    },
    generateTraceId: () => begun,
    generateSpanId: () => random.generateSpanId(),
  };
}

function contextOf(parent: TraceParent, tracestate: string | undefined): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  });
}
