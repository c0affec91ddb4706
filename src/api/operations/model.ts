import { z } from 'zod';
import { modelCardSchema } from '../model.ts';
import { json, MODEL_PROBLEMS, type Operation } from '../operation.ts';

export const MODEL_OPERATIONS = {
  model: {
    id: 'getModel',
    method: 'get',
    path: '/model',
    tag: 'model',
    summary: 'The version that serves, its ingredients and its scores',
    guard: 'key',
    responses: {
      200: { description: 'The version', content: json('ModelCard', modelCardSchema) },
    },
    problems: MODEL_PROBLEMS,
  },
  modelFile: {
    id: 'getModelFile',
    method: 'get',
    path: '/model/files/*path',
    tag: 'model',
    summary: 'A file of the version, verified again while it is read',
    guard: 'key',
    parameters: [
      {
        name: 'path',
        in: 'path',
        description: 'Of a file that `GET /model` lists; may have slashes',
        schema: z.string().min(1),
        example: () => 'config.json',
      },
    ],
    responses: {
      200: {
        description: 'The bytes of the file',
        content: {
          'application/json': { schema: { name: 'JsonFile', schema: z.unknown() } },
          'application/octet-stream': {},
          'text/markdown': {},
          'text/plain': {},
        },
      },
    },
    problems: [...MODEL_PROBLEMS, 'not-found', 'internal-error', 'too-many-downloads'],
  },
} as const satisfies Record<string, Operation>;
