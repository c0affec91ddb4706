/** `golden.json`: texts with the scores that the released version gives them. */
import { z } from 'zod';

export const goldenSchema = z.object({
  texts: z
    .array(
      z.object({
        kind: z.string(),
        text: z.string(),
        scores: z.record(z.string(), z.number().min(0).max(1)),
      }),
    )
    .min(1),
});

export type Golden = z.infer<typeof goldenSchema>;
