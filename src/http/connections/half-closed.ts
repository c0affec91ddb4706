import type { ServerResponse } from 'node:http';

const PROBE_INTERVAL_MS = 250;

/**
 * A client that has closed its side may wait for its answer, or be gone: only a write that is refused
 * distinguishes them. An interim response (RFC 9110, 15.2) is such a write, sent where the answer takes
 * longer than clients that half-close usually wait. The first write only provokes the refusal; the next one
 * receives it. A client of HTTP/1.0 knows no interim responses: it is answered.
 */
export function probeUntilAnswered(res: ServerResponse): void {
  if (res.req.httpVersion !== '1.1') {
    return;
  }
  const timer = setInterval(() => {
    if (!res.headersSent) {
      res.writeProcessing();
    }
  }, PROBE_INTERVAL_MS);
  res.once('close', () => clearInterval(timer));
}
