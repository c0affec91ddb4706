import { z } from 'zod';
import { feedbackRequestOf } from '../feedback.ts';
import { BODY_PROBLEMS, json, MODEL_PROBLEMS, type Operation } from '../operation.ts';
import { labelsResponseSchema, predictRequestOf, predictResponseSchema } from '../predict.ts';

export const PREDICTION_OPERATIONS = {
  predict: {
    id: 'predict',
    method: 'post',
    path: '/predict',
    tag: 'predictions',
    summary: 'Label texts',
    description:
      'An object is answered with predictions, a bare array of texts with a bare array of labels; both in the ' +
      'order of the texts. A request that is answered with 429 or 503 was not predicted and may be sent again ' +
      'after `Retry-After`.',
    guard: 'key',
    request: (deployment) =>
      json('PredictRequest', predictRequestOf(deployment), {
        text: { inputs: 'What a wonderful day' },
        texts: { inputs: ['What a wonderful day', 'Guten Morgen'].slice(0, deployment.maxInputs) },
        'bare array': ['What a wonderful day'],
      }),
    responses: {
      200: {
        description: 'The predictions, or the labels',
        content: json('PredictAnswer', z.union([predictResponseSchema, labelsResponseSchema])),
      },
    },
    problems: [
      ...[...BODY_PROBLEMS, ...MODEL_PROBLEMS, 'empty-text', 'too-many-inputs'],
      ...[
        'text-too-long',
        'rate-limited',
        'queue-full',
        'queue-too-slow',
        'internal-error',
        'deadline-exceeded',
      ],
    ] as const,
  },
  feedback: {
    id: 'feedback',
    method: 'post',
    path: '/feedback',
    tag: 'predictions',
    summary: 'Report the right label of an earlier prediction',
    description: 'Counted once per prediction, for seven days after it.',
    guard: 'key',
    request: ({ labels, predictionId }) =>
      json(
        'FeedbackRequest',
        feedbackRequestOf(labels),
        predictionId !== undefined && labels[0] !== undefined
          ? { 'a label': { id: predictionId, label: labels[0] } }
          : undefined,
      ),
    responses: { 204: { description: 'Counted, now or before' } },
    problems: [...BODY_PROBLEMS, ...MODEL_PROBLEMS, 'unknown-label', 'unknown-id', 'id-expired'],
  },
} as const satisfies Record<string, Operation>;
