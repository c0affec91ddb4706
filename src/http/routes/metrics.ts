/** `GET /metrics`: for Prometheus. */
import { pace } from '../middleware/pacing.ts';
import type { Resource } from '../resource.ts';

export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

export function metrics({ contentType, expose }: Exposition): Resource {
  // As bytes, so that they are encoded once for all who share them.
  const shared = shareWhileRunning(async () => Buffer.from(await expose()));
  return {
    method: 'get',
    path: '/metrics',
    statuses: [200],
    handlers: [
      pace(),
      async (_req, res, next) => {
        res.locals.exposition = await shared();
        next();
      },
      // Those who share one would all be answered at once.
      pace(),
      (_req, res) => {
        const bytes = res.locals.exposition as Buffer;
        res.setHeader('content-type', contentType);
        res.setHeader('content-length', bytes.byteLength);
        res.end(bytes);
      },
    ],
  };
}

/**
 * Calls that come while one has not ended get the result of the next one, which they share: what they get
 * was computed after they came, and however many come, one is computed at a time.
 */
function shareWhileRunning<T>(compute: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const result = compute();
    running = result
      .catch(() => undefined)
      .then(() => {
        running = undefined;
      });
    return result;
  };
  return () => {
    if (!running) {
      return start();
    }
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}
