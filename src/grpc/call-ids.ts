import type { Metadata } from '@grpc/grpc-js';
import type { Observer } from '../serving/observer.ts';
import { requestIdFrom } from '../serving/request-id.ts';
import { type OpenCall, textOf } from './call.ts';

/** Sets the id and the trace of a call, which come in its metadata. */
export function readIds(
  call: OpenCall,
  metadata: Metadata,
  observer: Pick<Observer, 'startTrace'>,
): void {
  call.requestId = requestIdFrom(textOf(metadata, 'x-request-id'));
  const traceparents = metadata.get('traceparent');
  // A probe begins no trace: probes would be most of the traces of a server with little traffic.
  if (traceparents.length > 0 || call.path.startsWith('/inference.')) {
    call.trace = observer.startTrace({
      protocol: 'grpc',
      traceparent: traceparents.length === 1 ? String(traceparents[0]) : undefined,
      tracestate: metadata.get('tracestate').join(',') || undefined,
      startedAt: call.startedAt,
      // The method and the status are those of its end.
      attributes: () => ({}),
    });
  }
}
