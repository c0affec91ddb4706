/** Requires one of the configured keys. */
import type { RequestHandler } from 'express';
import { identifyBy, type Keyring } from '../../serving/clients.ts';
import { contextOf } from './request-context.ts';

/** @param noun what the keys are called, such as `key`. */
export function requireKey(keys: Keyring, noun: string): RequestHandler {
  const identify = identifyBy(keys, noun);
  return (req, res, next) => {
    contextOf(res).client = identify({
      authorization: req.get('authorization'),
      apiKey: req.get('x-api-key'),
    });
    next();
  };
}
