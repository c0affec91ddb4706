/**
 * Traces by OpenTelemetry's SDK, which reads its own variables: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES,
 * OTEL_TRACES_SAMPLER, OTEL_BSP_* and others. Nothing is registered globally but its error messages: no
 * other part of the process records spans.
 */
import {
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer as SpanTracer,
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
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import manifest from '../../../package.json' with { type: 'json' };
import { parseTraceparent, type RequestTrace, type TracedRequest } from '../../serving/trace.ts';
import type { Tracer, TracerOptions } from '../tracer.ts';
import { reportProblems } from './problems.ts';
import { createRequestSpans, RecordedRequest } from './request-spans.ts';
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
  const provider = new BasicTracerProvider({
    resource: describeService(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const spanTracer = provider.getTracer(manifest.name, manifest.version);
  const spans = createRequestSpans(spanTracer, options.onTracedBatch);
  return {
    startTrace: (request) => startTrace(spanTracer, request),
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

function startTrace(tracer: SpanTracer, request: TracedRequest): RequestTrace {
  const span = tracer.startSpan(
    request.protocol,
    { kind: SpanKind.SERVER, startTime: toEpochMs(request.startedAt) },
    parentContext(request),
  );
  if (span.isRecording()) {
    span.setAttributes(request.attributes());
    return new RecordedRequest(span, request);
  }
  return unrecorded(span);
}

function unrecorded(span: Span): RequestTrace {
  return { traceId: span.spanContext().traceId, spanId: undefined };
}

function parentContext({ traceparent, tracestate }: TracedRequest) {
  const parent = parseTraceparent(traceparent);
  return parent
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
        isRemote: true,
        ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
      })
    : ROOT_CONTEXT;
}
