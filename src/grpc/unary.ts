import { type handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Call } from './call.ts';
import type { Calls } from './calls.ts';

export interface Reply<Response> {
  readonly message: Response;
  /** Of the model that answered; that which serves where it is undefined. */
  readonly commit?: string;
  /** Called when the whole answer has left. */
  readonly onSent?: () => void;
}

/** A method with one request and one response. May throw, or reject with, what `toProblem` knows. */
export type Unary<Request, Response> = (
  request: Request,
  call: Call,
) => Reply<Response> | Promise<Reply<Response>>;

/** A method as grpc-js calls it. */
export function handleBy<Request, Response>(
  calls: Calls,
  method: Unary<Request, Response>,
): handleUnaryCall<Request, Response> {
  return async (surface, callback) => {
    const call = calls.of(surface.metadata);
    try {
      const { message, commit, onSent } = await method(surface.request, call);
      call.onSent = onSent;
      const metadata = new Metadata();
      calls.addIds(metadata, call, commit);
      surface.sendMetadata(metadata);
      callback(null, message);
    } catch (error) {
      const status = calls.statusOf(call, error);
      if (status) {
        callback(status);
      }
    }
  };
}
