/** Which call goes for a new one: a connection may have hundreds, and each takes memory, for its headers above all. */
import { constants } from 'node:http2';
import type { OpenCall } from './call.ts';

export interface EvictableCall {
  readonly call: Pick<OpenCall, 'stream' | 'answeredAt'>;
  readonly isStream: boolean;
  readonly isComplete: boolean;
}

/**
 * Where `max` calls are open, resets the oldest one whose message has not arrived, else the oldest stream of
 * messages, else the oldest one whose answer is not read. Those that wait for their answers stay, also where
 * there are more.
 */
export function makeRoom<T extends EvictableCall>(open: Set<T>, max: number): void {
  if (open.size < max) {
    return;
  }
  const calls = [...open];
  const victim =
    calls.find(({ call, isComplete }) => !isComplete && call.answeredAt === undefined) ??
    calls.find(({ isStream }) => isStream) ??
    calls.find(({ call }) => call.answeredAt !== undefined);
  if (victim) {
    // It ends later than the next call may begin.
    open.delete(victim);
    victim.call.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}
