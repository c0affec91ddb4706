/** By which requests other programs watch the server. */
import { OPERATIONS } from '../api/operations.ts';

const PROBES: readonly string[] = [
  ...[OPERATIONS.liveness.path, OPERATIONS.readiness.path],
  ...[OPERATIONS.serverLive.path, OPERATIONS.serverReady.path],
];

/** True for the requests that ask how the server is: they do not wait behind others. */
export function isProbe({ url = '' }: { readonly url?: string | undefined }): boolean {
  return PROBES.includes(url);
}

/** True for requests that come every few seconds whatever the server does. */
export function isMonitoring(req: { readonly url?: string | undefined }): boolean {
  return isProbe(req) || req.url === OPERATIONS.metrics.path;
}
