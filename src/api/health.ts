/** `GET /healthz` and `GET /readyz`, where they are answered with 200. */
import { z } from 'zod';
import { modelReferenceSchema } from './model.ts';

export const livenessSchema = z.object({ status: z.literal('ok') });

export const readinessSchema = z.object({
  status: z.literal('ready'),
  model: modelReferenceSchema,
});

export type Liveness = z.infer<typeof livenessSchema>;
export type Readiness = z.infer<typeof readinessSchema>;
