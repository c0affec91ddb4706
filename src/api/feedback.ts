/** `POST /feedback`: the right label of an earlier prediction; answered with 204 and no body. */
import { z } from 'zod';

export const feedbackRequestSchema = feedbackRequestOf([]);

/** @param labels of the model that serves; none: any text. */
export function feedbackRequestOf(labels: readonly string[]) {
  const label = z.string().max(256).describe('The label that would have been right');
  return z.strictObject({
    id: z.string().max(512).meta({ description: 'Of the prediction', pattern: '^[A-Za-z0-9_-]+$' }),
    // Its value is checked later, with a message that lists the labels.
    label: labels.length > 0 ? label.meta({ enum: labels }) : label,
  });
}

export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;
