/** How many texts a client may have classified in a time, for every protocol. */
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate, RateLimits } from '../config/rate-schema.ts';
import { rateLimitKeyOf, type Sender } from './clients.ts';
import { type RateStatus, rateLimited } from './rate-status.ts';

/** Whose texts are counted at the same time, of one rate: for one more, the one that was idle longest is forgotten. */
const MAX_COUNTED_CLIENTS = 10_000;
/** The longest time of a timer: one that is longer would end at once, and the limit with it. */
const MAX_BLOCK_SECONDS = (2 ** 31 - 1) / 1000;

export interface RateLimiter {
  /**
   * Counts the texts of a request, if all of them are allowed, and reports what is left.
   *
   * @throws ProblemError `rate-limited`
   */
  take(request: LimitedRequest): Promise<void>;
}

export interface LimitedRequest {
  readonly sender: Sender;
  readonly texts: readonly string[];
  /** Not called where the client has no limit. */
  onRateStatus?(status: RateStatus): void;
}

interface Limit {
  readonly limiter: RateLimiterMemory;
  readonly counted: LRUCache<string, true>;
}

export function createRateLimiter({ everyone, clients }: RateLimits): RateLimiter {
  const forEveryone = everyone && createLimit(everyone);
  const forClients = new Map(
    Object.entries(clients).map(([name, rate]) => [name, createLimit(rate)]),
  );
  return {
    take: async (request) => {
      const { sender, texts } = request;
      const limit = forClients.get(sender.client?.name ?? '') ?? forEveryone;
      if (limit) {
        const { isAllowed, status } = await take(limit, rateLimitKeyOf(sender), texts.length);
        request.onRateStatus?.(status);
        if (!isAllowed) {
          throw rateLimited(texts.length, status);
        }
      }
    },
  };
}

function createLimit({ texts, seconds }: Rate): Limit {
  const limiter = new RateLimiterMemory({ points: texts, duration: seconds });
  const counted = new LRUCache<string, true>({
    max: MAX_COUNTED_CLIENTS,
    dispose: (_, key) => void limiter.delete(key),
  });
  return { limiter, counted };
}

async function take(
  { limiter, counted }: Limit,
  key: string,
  texts: number,
): Promise<{ readonly isAllowed: boolean; readonly status: RateStatus }> {
  const { points, duration } = limiter;
  counted.set(key, true);
  // A request with more texts than the rate has takes all of it, and the client waits for as long as they are worth.
  const cost = Math.min(texts, points);
  try {
    const taken = await limiter.consume(key, cost);
    const worth = Math.min((duration * texts) / points, MAX_BLOCK_SECONDS);
    const left = texts > points ? await limiter.block(key, worth) : taken;
    return { isAllowed: true, status: statusOf(limiter, left) };
  } catch {
    // It is counted, although it is refused: what is left would be lost to smaller requests.
    return { isAllowed: false, status: statusOf(limiter, await limiter.reward(key, cost)) };
  }
}

function statusOf(
  { points, duration }: RateLimiterMemory,
  { consumedPoints, msBeforeNext }: RateLimiterRes,
): RateStatus {
  return {
    texts: points,
    seconds: duration,
    remaining: Math.max(0, points - consumedPoints),
    resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  };
}
