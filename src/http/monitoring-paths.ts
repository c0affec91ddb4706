/** The paths by which other programs watch the server. */

export const LIVENESS_PATH = '/healthz';
export const READINESS_PATH = '/readyz';
export const METRICS_PATH = '/metrics';

/** True for the requests that ask how the server is: they do not wait behind others. */
export function isProbe({ url = '' }: { readonly url?: string | undefined }): boolean {
  return url === LIVENESS_PATH || url === READINESS_PATH;
}

/** True for requests that come every few seconds whatever the server does. */
export function isMonitoring(req: { readonly url?: string | undefined }): boolean {
  return isProbe(req) || req.url === METRICS_PATH;
}
