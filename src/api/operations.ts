/** Every operation of the HTTP interface. Routes and metrics, the OpenAPI document and the client come from it. */
import type { Operation } from './operation.ts';
import { ADMIN_OPERATIONS } from './operations/admin.ts';
import { CONSOLE_OPERATIONS } from './operations/console.ts';
import { HEALTH_OPERATIONS } from './operations/health.ts';
import { INTERFACE_OPERATIONS } from './operations/interface.ts';
import { MODEL_OPERATIONS } from './operations/model.ts';
import { OPEN_INFERENCE_OPERATIONS } from './operations/open-inference.ts';
import { PREDICTION_OPERATIONS } from './operations/predictions.ts';

export const OPERATIONS = {
  ...PREDICTION_OPERATIONS,
  ...OPEN_INFERENCE_OPERATIONS,
  ...MODEL_OPERATIONS,
  ...HEALTH_OPERATIONS,
  ...ADMIN_OPERATIONS,
  ...INTERFACE_OPERATIONS,
  ...CONSOLE_OPERATIONS,
} as const satisfies Record<string, Operation>;
