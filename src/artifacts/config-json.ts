/** `config.json`: the labels, and what the server needs of the model's shape. Source: Hugging Face transformers. */
import { z } from 'zod';

export const configSchema = z
  .object({
    id2label: z.record(
      z.string().regex(/^\d+$/, 'expected the index of a label, such as 0'),
      z.string().min(1),
    ),
    max_position_embeddings: z.int().positive().optional(),
    model_type: z.string().optional(),
    pad_token_id: z.int().min(0).optional(),
    // Not of Hugging Face's: the graph computes nothing but attention for padding.
    padding_free: z.boolean().optional(),
  })
  .superRefine(({ id2label }, context) => {
    const labels = Object.keys(id2label).length;
    const missing = Array.from({ length: labels }, (_, i) => i).find((i) => !(i in id2label));
    if (missing !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['id2label'],
        message: `no label for index ${missing}: expected one for each index from 0`,
      });
    }
  });

export type ConfigJson = z.infer<typeof configSchema>;
