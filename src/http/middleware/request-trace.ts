/** The trace of an HTTP request, and the attributes of its span. */
import type { IncomingMessage } from 'node:http';
import type { Observer } from '../../serving/observer.ts';
import type { RequestTrace, SpanAttributes } from '../../serving/trace.ts';
import { isMonitoring } from '../monitoring-paths.ts';

/** Of an attribute that a client controls. */
const MAX_ATTRIBUTE_CHARS = 256;

/** Probes and scrapes begin no trace: they would be most of the traces of a server with little traffic. */
export function traceOf(
  req: IncomingMessage,
  observer: Pick<Observer, 'startTrace'>,
  startedAt: number,
): RequestTrace | undefined {
  // Node joins a header that came more than once, so that two are no valid one.
  const traceparent = req.headers.traceparent as string | undefined;
  return traceparent === undefined && isMonitoring(req)
    ? undefined
    : observer.startTrace({
        protocol: 'http',
        traceparent,
        tracestate: req.headers.tracestate as string | undefined,
        startedAt,
        attributes: () => attributesOf(req),
      });
}

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/; any other method is `_OTHER`. */
const KNOWN_METHODS = new Set(
  'CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '),
);

function attributesOf({ method = '', url = '', headers, httpVersion, socket }: IncomingMessage) {
  const isKnown = KNOWN_METHODS.has(method);
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  // The query is left out: clients may have put secrets or texts in it.
  const [path = ''] = url.split('?', 1);
  return {
    'http.request.method': isKnown ? method : '_OTHER',
    'http.request.method_original': isKnown ? undefined : method,
    'url.path': path.slice(0, MAX_ATTRIBUTE_CHARS),
    'url.scheme': isEncrypted ? 'https' : 'http',
    ...serverAttributes(headers.host ?? ''),
    'network.protocol.version': httpVersion,
    'user_agent.original': headers['user-agent']?.slice(0, MAX_ATTRIBUTE_CHARS),
  } satisfies SpanAttributes;
}

function serverAttributes(host: string): SpanAttributes {
  const [, address, port] = /^(.*?)(?::(\d+))?$/.exec(host.slice(0, MAX_ATTRIBUTE_CHARS)) ?? [];
  return {
    // The brackets of an IPv6 address belong to the Host header, not to the address.
    'server.address': address?.replace(/^\[(.*)\]$/, '$1') || undefined,
    'server.port': port === undefined ? undefined : Number(port),
  };
}
