/** `golden.json`: texts with the scores that the released version gives them. */
import { z } from 'zod';

/** Token ids of a text. */
export const tokenIdsSchema = z.array(z.int().min(0));

export const goldenSchema = z
  .object({
    texts: z
      .array(
        z.object({
          kind: z.string().describe('What the text is an example of; for people.'),
          text: z.string(),
          // Versions up to v2.0.0 did not record them.
          ids: tokenIdsSchema
            .optional()
            .describe(
              'Token ids as the library that training used computes them: special ones included, cut at the ' +
                'window, without padding. The server must compute the same.',
            ),
          scores: z
            .record(z.string(), z.number().min(0).max(1))
            .describe('The score of each label of config.json: the softmax of the logits.'),
        }),
      )
      .min(1),
  })
  .meta({
    title: 'golden.json',
    description:
      'Texts with the scores that the trained model gives them. Each start of the server checks that it ' +
      'computes them, within 0.01. `models golden make` writes this file.',
  });

export type Golden = z.infer<typeof goldenSchema>;
