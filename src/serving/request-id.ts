import { randomUUID } from 'node:crypto';

/** An id from outside is taken over where it can't harm a log or a header. */
const SANE_REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** The id of a request: that which it came with, or a new one. */
export function requestIdFrom(received: string | undefined): string {
  return received && SANE_REQUEST_ID.test(received) ? received : randomUUID();
}
