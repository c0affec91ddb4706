/** Bodies in JSON: what may come, and what is said where something else does. */
import type { Request } from 'express';
import { ProblemError } from './problems.ts';

/** For the `type` of Express's `json`, which leaves bodies of other types unread. */
export const JSON_TYPES = ['application/json', 'application/*+json'];

/** The body that Express's `json` has read. @throws ProblemError 415 where it has left it unread. */
export function jsonBody(req: Request): unknown {
  if (req.body === undefined) {
    throw new ProblemError(
      'unsupported-media-type',
      `The body must be application/json, found ${req.get('content-type') ?? 'none'}`,
    );
  }
  return req.body;
}
