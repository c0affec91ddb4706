/** `GET /metrics`: for Prometheus. */
import type { Resource } from '../resource.ts';

export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

export function metrics({ contentType, expose }: Exposition): Resource {
  return {
    method: 'get',
    path: '/metrics',
    statuses: [200],
    handlers: [
      async (_req, res) => {
        res.set('content-type', contentType).send(await expose());
      },
    ],
  };
}
