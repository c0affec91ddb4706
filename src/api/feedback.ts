/** `POST /feedback`: the right label of an earlier prediction; answered with 204 and no body. */
import { z } from 'zod';

export const feedbackRequestSchema = z.strictObject({
  /** Of the prediction. */
  id: z.string().max(512),
  /** The label that would have been right. */
  label: z.string().max(256),
});

export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;
