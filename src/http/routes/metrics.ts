/** `GET /metrics`: for Prometheus. */
import { sendShared } from '../middleware/shared-bytes.ts';
import { METRICS_PATH } from '../monitoring-paths.ts';
import type { Resource } from '../resource.ts';

export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

export function metrics({ contentType, expose }: Exposition): Resource {
  return {
    method: 'get',
    path: METRICS_PATH,
    statuses: [200, 500],
    handlers: sendShared(contentType, expose),
  };
}
