/** `GET /metrics`: for Prometheus. */
import { OPERATIONS } from '../../api/operations.ts';
import { sendShared } from '../middleware/shared-bytes.ts';
import type { Resource } from '../resource.ts';

export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

export function metrics({ contentType, expose }: Exposition): Resource {
  return {
    operation: OPERATIONS.metrics,
    handlers: sendShared(contentType, expose),
  };
}
