import { z } from 'zod';
import { feedbackRequestOf } from '../feedback.ts';
import { BODY_PROBLEMS, json, MODEL_PROBLEMS, type Operation } from '../operation.ts';
import {
  classesResponseSchema,
  inputsRequestOf,
  labelsResponseSchema,
  partialResponseSchema,
  predictRequestOf,
  predictResponseSchema,
} from '../predict.ts';
import type { ProblemCode } from '../problem.ts';

const PREDICTION_PROBLEMS = [
  ...[...BODY_PROBLEMS, ...MODEL_PROBLEMS, 'empty-text', 'too-many-inputs', 'text-too-long'],
  ...['rate-limited', 'queue-full', 'queue-too-slow', 'internal-error', 'deadline-exceeded'],
] as const satisfies readonly ProblemCode[];

export const PREDICTION_OPERATIONS = {
  predict: {
    id: 'predict',
    method: 'post',
    path: '/predict',
    tag: 'predictions',
    summary: 'Label texts',
    // `partial` is no parameter of the description: OpenAPI can’t say that it allows other bodies.
    description:
      'An object is answered with predictions, a bare array of texts with a bare array of labels, an object with ' +
      '`parameters` with lists of labels; all in the order of the texts. With `?partial=1`, a text that can’t be ' +
      'classified gets its problem in the place of a prediction, and the others are classified: only for an object ' +
      'without `parameters`. A request that is answered with 429 or 503 was not predicted and may be sent again ' +
      'after `Retry-After`.',
    guard: 'key',
    request: (deployment) =>
      json('PredictRequest', predictRequestOf(deployment), {
        text: { inputs: 'What a wonderful day' },
        texts: { inputs: ['What a wonderful day', 'Guten Morgen'].slice(0, deployment.maxInputs) },
        'bare array': ['What a wonderful day'],
        'Hugging Face': { inputs: 'What a wonderful day', parameters: { top_k: 1 } },
      }),
    responses: {
      200: {
        description: 'The predictions, or the labels',
        content: json(
          'PredictAnswer',
          z.union([
            predictResponseSchema,
            partialResponseSchema,
            labelsResponseSchema,
            classesResponseSchema,
          ]),
        ),
      },
    },
    problems: PREDICTION_PROBLEMS,
  },
  classify: {
    id: 'classify',
    method: 'post',
    path: '/',
    route: '/predict',
    tag: 'predictions',
    summary: 'Label texts for clients of Hugging Face',
    description:
      '`POST /predict` with `parameters`, where clients that know only the address of a server send it.',
    guard: 'key',
    request: (deployment) =>
      json('ClassifyRequest', inputsRequestOf(deployment), {
        text: { inputs: 'What a wonderful day' },
        'best label': { inputs: ['What a wonderful day'], parameters: { top_k: 1 } },
      }),
    responses: {
      200: { description: 'The labels', content: json('ClassifyAnswer', classesResponseSchema) },
    },
    problems: PREDICTION_PROBLEMS,
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
