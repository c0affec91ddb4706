/** A collector of traces: OTLP over HTTP, decoded by the messages of the specification. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { poll } from '../../tools/launch.mjs';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first one of a trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Collector {
  readonly url: string;
  /** In the order of their arrival. */
  readonly spans: readonly CollectedSpan[];
  /** Of each request. */
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What it answers with from now on; undefined: nothing at all. */
  answerWith(status: number | undefined, headers?: Record<string, string>): void;
  /** Resolves with the spans once they match. @throws where they do not within the time of `poll`. */
  untilSpans(
    matches: (spans: readonly CollectedSpan[]) => boolean,
  ): Promise<readonly CollectedSpan[]>;
  /** Resolves when so many requests have come. */
  untilRequests(count: number): Promise<void>;
  close(): Promise<void>;
}

const SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';
const PROTO = new URL('../fixtures/otlp-trace.proto', import.meta.url).pathname;
const definitions = loadSync(PROTO, { longs: String, enums: String, oneofs: true, defaults: true });
const { requestDeserialize } = (definitions[SERVICE] as ServiceDefinition)
  .Export as MethodDefinition<WireRequest, object>;

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  let answer: { status: number | undefined; headers: Record<string, string> } = {
    status: 200,
    headers: {},
  };
  const server = createServer(async (req, res) => {
    const body = await buffer(req);
    requests.push({ path: req.url ?? '', headers: req.headers });
    const { status, headers } = answer;
    if (status === undefined) {
      return;
    }
    if (status === 200) {
      spans.push(...decode(req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    }
    res.writeHead(status, headers).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    requests,
    answerWith: (status, headers = {}) => {
      answer = { status, headers };
    },
    untilSpans: async (matches) => {
      const found = await poll(async () => spans, { accept: matches, intervalMs: 10 });
      if (!matches(found)) {
        throw new Error(`the collector has ${JSON.stringify(found.map(({ name }) => name))}`);
      }
      return found;
    },
    untilRequests: async (count) => {
      const accept = (found: number): boolean => found >= count;
      await poll(async () => requests.length, { accept, intervalMs: 10 });
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>> & { readonly value: string };
}

interface WireSpan {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly links: readonly { readonly traceId: Buffer; readonly spanId: Buffer }[];
  readonly status: { readonly code: string } | null;
}

interface WireRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

function decode(body: Buffer): CollectedSpan[] {
  const { resourceSpans } = requestDeserialize(body);
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => toSpan(span, toRecord(resource.attributes))),
    ),
  );
}

function toSpan(span: WireSpan, resource: CollectedSpan['resource']): CollectedSpan {
  return {
    traceId: span.traceId.toString('hex'),
    spanId: span.spanId.toString('hex'),
    parentId: span.parentSpanId.toString('hex'),
    traceState: span.traceState,
    name: span.name,
    kind: span.kind.replace('SPAN_KIND_', ''),
    startMs: toMs(span.startTimeUnixNano),
    endMs: toMs(span.endTimeUnixNano),
    attributes: toRecord(span.attributes),
    links: span.links.map(({ traceId, spanId }) => ({
      traceId: traceId.toString('hex'),
      spanId: spanId.toString('hex'),
    })),
    status: (span.status?.code ?? 'STATUS_CODE_UNSET').replace('STATUS_CODE_', ''),
    resource,
  };
}

function toMs(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}

function toRecord(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const found = value[value.value];
      return [key, value.value === 'intValue' ? Number(found) : found];
    }),
  );
}
