/** The Open Inference Protocol v2. The unversioned and the versioned path of an operation have one `route` label. */
import { z } from 'zod';
import { inferRequestOf } from '../infer-request.ts';
import {
  inferenceErrorSchema,
  inferResponseSchema,
  modelMetadataSchema,
  modelReadySchema,
  serverHealthSchema,
  serverMetadataSchema,
} from '../open-inference.ts';
import {
  type Content,
  type Deployment,
  json,
  MODEL_PROBLEMS,
  type Operation,
  type Parameter,
} from '../operation.ts';
import { PREDICTION_OPERATIONS } from './predictions.ts';

const PROTOCOL = {
  tag: 'open inference',
  problemContent: json('InferenceError', inferenceErrorSchema),
} as const;
const READ = { ...PROTOCOL, method: 'get' } as const;

const MODEL = '/v2/models/:name';
const VERSION = `${MODEL}/versions/:version`;

const NAME: Parameter = {
  name: 'name',
  in: 'path',
  description: 'Of the model, `MODEL_NAME`',
  schema: z.string().min(1),
  example: ({ modelName }) => modelName,
};
const SHA: Parameter = {
  name: 'version',
  in: 'path',
  description: 'The full SHA of the commit that serves',
  schema: z.string().min(1),
  example: ({ commit }) => commit,
};
const MODEL_PARAMETERS = [NAME];
const VERSION_PARAMETERS = [NAME, SHA];

const modelMetadata = {
  ...READ,
  route: MODEL,
  guard: 'key',
  responses: {
    200: {
      description: 'The model, its input and its outputs',
      content: json('ModelMetadata', modelMetadataSchema),
    },
  },
  problems: ['not-found', ...MODEL_PROBLEMS],
} as const satisfies Partial<Operation>;

const modelReady = {
  ...READ,
  route: `${MODEL}/ready`,
  responses: { 200: { description: 'It can', content: json('ModelReady', modelReadySchema) } },
  problems: ['not-found', ...MODEL_PROBLEMS],
} as const satisfies Partial<Operation>;

const inferContent = (deployment: Deployment): Content =>
  json('InferRequest', inferRequestOf(deployment), {
    text: {
      inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['What a wonderful day'] }],
    },
    'some outputs': {
      id: 'request-1',
      inputs: [{ name: 'text', shape: [1, 1], datatype: 'BYTES', data: [['Guten Morgen']] }],
      outputs: [{ name: 'label' }, { name: 'score' }],
    },
  });

const infer = {
  ...PROTOCOL,
  method: 'post',
  route: `${MODEL}/infer`,
  description:
    'The input `text` has one text for each prediction. The columns of `scores` are the labels of the model’s ' +
    'metadata. With the header `Inference-Header-Content-Length`, binary data follow the JSON, as in the ' +
    'protocol’s extension for binary tensor data.',
  guard: 'key',
  request: inferContent,
  responses: {
    200: {
      description: 'The outputs, in the order of the texts',
      content: {
        ...json('InferResponse', inferResponseSchema),
        'application/octet-stream': {},
      },
    },
  },
  problems: ['not-found', ...PREDICTION_OPERATIONS.predict.problems],
} as const satisfies Partial<Operation>;

export const OPEN_INFERENCE_OPERATIONS = {
  serverMetadata: {
    ...READ,
    id: 'getServerMetadata',
    path: '/v2',
    summary: 'The server and its extensions of the protocol',
    responses: {
      200: { description: 'The server', content: json('ServerMetadata', serverMetadataSchema) },
    },
    problems: [],
  },
  serverLive: {
    ...READ,
    id: 'getServerLive',
    path: '/v2/health/live',
    summary: 'Whether the process is alive',
    responses: { 200: { description: 'It is', content: json('ServerHealth', serverHealthSchema) } },
    problems: [],
  },
  serverReady: {
    ...READ,
    id: 'getServerReady',
    path: '/v2/health/ready',
    summary: 'Whether the server can predict',
    responses: {
      200: { description: 'It can', content: json('ServerHealth', serverHealthSchema) },
    },
    problems: MODEL_PROBLEMS,
    problemContent: json('ServerNotReady', z.union([serverHealthSchema, inferenceErrorSchema])),
  },
  modelMetadata: {
    ...modelMetadata,
    id: 'getModelMetadata',
    path: MODEL,
    summary: 'The model that serves: its input, outputs and labels',
    parameters: MODEL_PARAMETERS,
  },
  modelVersionMetadata: {
    ...modelMetadata,
    id: 'getModelVersionMetadata',
    path: VERSION,
    summary: 'The same, of one version',
    parameters: VERSION_PARAMETERS,
  },
  modelReady: {
    ...modelReady,
    id: 'getModelReady',
    path: `${MODEL}/ready`,
    summary: 'Whether the model can predict',
    parameters: MODEL_PARAMETERS,
  },
  modelVersionReady: {
    ...modelReady,
    id: 'getModelVersionReady',
    path: `${VERSION}/ready`,
    summary: 'Whether one version serves and can predict',
    parameters: VERSION_PARAMETERS,
  },
  infer: {
    ...infer,
    id: 'infer',
    path: `${MODEL}/infer`,
    summary: 'Label texts, by the version that serves',
    parameters: MODEL_PARAMETERS,
  },
  inferVersion: {
    ...infer,
    id: 'inferVersion',
    path: `${VERSION}/infer`,
    summary: 'Label texts, by one version or not at all',
    parameters: VERSION_PARAMETERS,
  },
} as const satisfies Record<string, Operation>;
