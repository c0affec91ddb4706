import { ServingError } from './errors.ts';
import type { Manager } from './manager.ts';
import type { ServedModel } from './served-model.ts';

/** The model, where it can predict now. @throws ServingError `not-ready` or `draining`. */
export function assertReady(manager: Manager): ServedModel {
  const model = manager.readyModel();
  const { idle, busy } = model.classifier.stats().workers;
  if (idle + busy === 0) {
    throw new ServingError('not-ready', 'Every worker has died and is being replaced');
  }
  return model;
}
