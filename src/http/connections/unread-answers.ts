/** Answers whose clients do not read them, or too slowly: they take memory, and places among connections. */
import type { AnswerProgress, OpenConnection } from './connection.ts';

export const CHECK_INTERVAL_MS = 250;
/** A client that has read nothing for so long may be evicted. */
const STALLED_MS = 1_000;
/** The same for a server that stops: it does not wait for such a client. */
const STALLED_AT_STOP_MS = 3_000;
/** From then on, an answer must be read at `MIN_BYTES_PER_SECOND`, on average. */
const GRACE_MS = 10_000;
const MIN_BYTES_PER_SECOND = 16 * 1024;
/** Of the answers to all clients together that have not been read. */
const MAX_UNREAD_BYTES = 64 * 1024 ** 2;

/** True where a client has not read its answer for a second or longer. */
export function isStalled({ exchanges }: OpenConnection): boolean {
  return (exchanges[0]?.progress?.stalledMs ?? 0) >= STALLED_MS;
}

/**
 * To be called every `CHECK_INTERVAL_MS`.
 *
 * @returns the connections whose answers are read too slowly, or take too much memory.
 */
export function checkAnswers(
  connections: Iterable<OpenConnection>,
  { isClosing }: { readonly isClosing: boolean },
): OpenConnection[] {
  const maxStalledMs = isClosing ? STALLED_AT_STOP_MS : Number.POSITIVE_INFINITY;
  const isTooSlow = ({ progress }: Waiting): boolean =>
    progress.stalledMs >= maxStalledMs || isBelowMinimum(progress);
  const waiting = [...connections]
    .map((connection) => ({ connection, progress: updateProgress(connection) }))
    .filter((found): found is Waiting => found.progress !== undefined);
  const tooSlow = waiting.filter(isTooSlow);
  const others = waiting.filter((each) => !isTooSlow(each));
  return [...tooSlow, ...longestWaiting(others)].map(({ connection }) => connection);
}

interface Waiting {
  readonly connection: OpenConnection;
  readonly progress: AnswerProgress;
}

/** Undefined where no answer waits for the client. */
function updateProgress({ exchanges, socket }: OpenConnection): AnswerProgress | undefined {
  const [exchange] = exchanges;
  if (!exchange || socket.destroyed || socket.writableLength === 0) {
    return undefined;
  }
  const leftBytes = socket.bytesWritten - socket.writableLength;
  exchange.progress ??= {
    startBytes: leftBytes,
    waitingMs: -CHECK_INTERVAL_MS,
    stalledMs: -CHECK_INTERVAL_MS,
    sentBytes: 0,
    unreadBytes: 0,
  };
  const { progress } = exchange;
  const sentBytes = leftBytes - progress.startBytes;
  progress.waitingMs += CHECK_INTERVAL_MS;
  progress.stalledMs = sentBytes > progress.sentBytes ? 0 : progress.stalledMs + CHECK_INTERVAL_MS;
  progress.sentBytes = sentBytes;
  progress.unreadBytes = socket.writableLength;
  return progress;
}

function isBelowMinimum({ waitingMs, sentBytes, unreadBytes }: AnswerProgress): boolean {
  const allowedMs = GRACE_MS + ((sentBytes + unreadBytes) / MIN_BYTES_PER_SECOND) * 1000;
  return waitingMs > allowedMs;
}

/** As many as hold what is too much. */
function longestWaiting(waiting: readonly Waiting[]): Waiting[] {
  let excessBytes = -MAX_UNREAD_BYTES;
  for (const { progress } of waiting) {
    excessBytes += progress.unreadBytes;
  }
  const found: Waiting[] = [];
  if (excessBytes > 0) {
    for (const each of waiting.toSorted((a, b) => b.progress.waitingMs - a.progress.waitingMs)) {
      if (excessBytes > 0) {
        excessBytes -= each.progress.unreadBytes;
        found.push(each);
      }
    }
  }
  return found;
}
