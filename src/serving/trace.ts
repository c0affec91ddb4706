/**
 * The trace that a request belongs to, for every protocol: W3C Trace Context,
 * https://www.w3.org/TR/trace-context/.
 */

/** By OpenTelemetry's semantic conventions; undefined where a value is not known. */
export type SpanAttributes = Readonly<Record<string, string | number | undefined>>;

/** What a protocol knows of a request when it begins. */
export interface TracedRequest {
  readonly protocol: 'http' | 'grpc';
  /** The values of two headers, or of gRPC's metadata of these names, as they came. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** `performance.now()` when the request's headers had been read. */
  readonly startedAt: number;
  /** Called once at most, and only where a span is recorded. Never a text of the request. */
  readonly attributes: () => SpanAttributes;
}

export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the request's span, 16 hexadecimal digits; undefined where none is recorded. */
  readonly spanId: string | undefined;
}

/** Only later versions may add fields. */
const TRACEPARENT =
  /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** @returns undefined where the value is missing or not valid: the request begins a trace of its own then. */
export function parseTraceparent(value: string | undefined): TraceParent | undefined {
  const match = value === undefined ? null : TRACEPARENT.exec(value);
  if (!match) {
    return undefined;
  }
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The trace of a request in a server that records no spans. */
export function receivedTrace({ traceparent }: TracedRequest): RequestTrace | undefined {
  const parent = parseTraceparent(traceparent);
  return parent && { traceId: parent.traceId, spanId: undefined };
}
