/** The headers of draft-ietf-httpapi-ratelimit-headers-10. */
import type { ServerResponse } from 'node:http';
import type { RateStatus } from '../serving/rate-status.ts';

export function setRateLimitHeaders(
  res: ServerResponse,
  { texts, seconds, remaining, resetSeconds }: RateStatus,
): void {
  res.setHeader('ratelimit-policy', `"texts";q=${texts};w=${seconds};qu="texts"`);
  res.setHeader('ratelimit', `"texts";r=${remaining};t=${resetSeconds}`);
}
