/** `GET /metrics`: for Prometheus, in the format that it asks for. */
import type { Request, RequestHandler } from 'express';
import { OPERATIONS } from '../../api/operations.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { preferredType, prefersGzip } from '../middleware/negotiate.ts';
import { gzipped, sendShared, sharedBody } from '../middleware/shared-bytes.ts';
import type { Resource } from '../resource.ts';

/** The first one is for clients that accept anything. */
const FORMATS = [
  { name: 'text/plain', versions: ['0.0.4'] },
  { name: 'application/openmetrics-text', versions: ['1.0.0'] },
];

export function metrics({ text, openMetrics }: Telemetry['exposition']): Resource {
  const bodies = [text, openMetrics].map(({ contentType, expose }) => {
    const plain = sharedBody(contentType, expose);
    return [plain, gzipped(plain)] as const;
  });
  const select = ({ headers }: Request) => {
    const format = preferredType(FORMATS, headers.accept);
    const [plain, compressed] = bodies[format] as (typeof bodies)[number];
    return prefersGzip(headers['accept-encoding'] as string | undefined) ? compressed : plain;
  };
  const vary: RequestHandler = (_req, res, next) => {
    res.setHeader('vary', 'accept, accept-encoding');
    next();
  };
  return { operation: OPERATIONS.metrics, handlers: [vary, ...sendShared(select)] };
}
