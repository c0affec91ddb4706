/** `golden.json`: texts with the scores that the released version gives them. */
import { z } from 'zod';

/** Token ids of a text, special ones included, cut at the window, without padding. */
export const tokenIdsSchema = z.array(z.int().min(0)).min(1);

export const goldenSchema = z.object({
  texts: z
    .array(
      z.object({
        kind: z.string(),
        text: z.string(),
        /** As the library that training used computes them; earlier versions did not record them. */
        ids: tokenIdsSchema.optional(),
        scores: z.record(z.string(), z.number().min(0).max(1)),
      }),
    )
    .min(1),
});

export type Golden = z.infer<typeof goldenSchema>;
