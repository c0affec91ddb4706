/** `config.json`: the labels, and what the server needs of the model's shape. Source: Hugging Face transformers. */
import { z } from 'zod';

export const configSchema = z
  .object({
    id2label: z
      .record(
        z.string().regex(/^\d+$/, 'expected the index of a label, such as 0'),
        z.string().min(1),
      )
      .describe('The label of each logit of model.onnx, by its index from 0.'),
    max_position_embeddings: z
      .int()
      .positive()
      .optional()
      .describe('Tokens that the model can take, special ones included; 512 by default.'),
    model_type: z
      .string()
      .optional()
      .describe('Of roberta and camembert, the first pad_token_id + 1 positions are reserved.'),
    pad_token_id: z
      .int()
      .min(0)
      .optional()
      .describe('The id that pads input_ids, where tokenizer.json has no padding; 0 by default.'),
    padding_free: z
      .boolean()
      .optional()
      .describe(
        'Not of Hugging Face: true where the graph computes nothing but attention for padding, so that ' +
          'texts of different lengths may share a run.',
      ),
  })
  .meta({
    title: 'config.json',
    description:
      'The labels and the shape of the model, in the layout of Hugging Face; other keys are ignored.',
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
