/**
 * The Open Inference Protocol v2 over HTTP: translates between bodies and `serving/open-inference`.
 * https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import type { Request, RequestHandler, Response } from 'express';
import type {
  ModelMetadataResponse,
  ModelReady,
  ServerHealth,
  ServerMetadataResponse,
} from '../../api/open-inference.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { InputLimits } from '../../serving/input-limits.ts';
import type { OpenInference } from '../../serving/open-inference/open-inference.ts';
import type { ModelReference } from '../../serving/open-inference/request.ts';
import type { PredictionRequest } from '../../serving/predictor.ts';
import { type Problem, toProblem } from '../../serving/problem.ts';
import { sendInferAnswer } from '../open-inference/infer-answer.ts';
import { JSON_LENGTH_HEADER, parseInferBody } from '../open-inference/infer-body.ts';
import { beforeSending, type PredictionRoute } from '../prediction-route.ts';
import { sendProblem } from '../problems.ts';
import type { Resource } from '../resource.ts';

export interface OpenInferenceRoutesOptions extends InputLimits {
  readonly openInference: OpenInference;
}

/** What clients send: Triton's for Python has no media type, or `application/octet-stream` also for JSON. */
const BODY_TYPES = { alsoAccepted: ['application/octet-stream'], isRequired: false };

export function openInferenceRoutes(
  options: OpenInferenceRoutesOptions,
  predictionRoute: PredictionRoute,
): Resource[] {
  const { openInference } = options;
  const metadata: RequestHandler = (req, res) => {
    res.json(openInference.modelMetadata(referenceOf(req)) satisfies ModelMetadataResponse);
  };
  const modelReady: RequestHandler = (req, res) => {
    const reference = referenceOf(req);
    const { name } = reference;
    sendReadiness(res, () => openInference.assertModelReady(reference), {
      yes: { name, ready: true } satisfies ModelReady,
      no: (error) => ({ name, ready: false, error }) satisfies ModelReady,
    });
  };
  const infer = predictionRoute(
    (req, res, context) => answer(req, res, context, options),
    BODY_TYPES,
  );
  return [
    {
      operation: OPERATIONS.serverMetadata,
      handlers: [
        (_req, res) =>
          void res.json(openInference.serverMetadata() satisfies ServerMetadataResponse),
      ],
    },
    { operation: OPERATIONS.serverLive, handlers: [(_req, res) => sendLive(res, openInference)] },
    {
      operation: OPERATIONS.serverReady,
      handlers: [
        (_req, res) =>
          sendReadiness(res, openInference.assertServerReady, {
            yes: { live: true, ready: true } satisfies ServerHealth,
            no: (error) => ({ live: true, ready: false, error }) satisfies ServerHealth,
          }),
      ],
    },
    { operation: OPERATIONS.modelMetadata, handlers: [metadata] },
    { operation: OPERATIONS.modelVersionMetadata, handlers: [metadata] },
    { operation: OPERATIONS.modelReady, handlers: [modelReady] },
    { operation: OPERATIONS.modelVersionReady, handlers: [modelReady] },
    { operation: OPERATIONS.infer, handlers: infer },
    { operation: OPERATIONS.inferVersion, handlers: infer },
  ];
}

function referenceOf({ params }: Request): ModelReference {
  const { name, version } = params as { readonly name: string; readonly version?: string };
  return { name, version };
}

async function answer(
  req: Request,
  res: Response,
  context: PredictionRequest,
  options: OpenInferenceRoutesOptions,
): Promise<void> {
  const body = req.body as Buffer;
  req.body = undefined;
  // Node joins a header that came more than once, which is then no number.
  const jsonLength = req.get(JSON_LENGTH_HEADER);
  const { isBinary, ...request } = parseInferBody(body, jsonLength, options);
  const inferred = await options.openInference.infer({ ...referenceOf(req), ...request }, context);
  beforeSending(res, inferred.modelVersion, inferred.observe);
  await sendInferAnswer(req, res, inferred, isBinary);
}

function sendLive(res: Response, { assertServerReady }: OpenInference): void {
  let ready = true;
  try {
    assertServerReady();
  } catch {
    ready = false;
  }
  res.json({ live: true, ready } satisfies ServerHealth);
}

/** @throws what `check` throws, where that is not 503. */
function sendReadiness(
  res: Response,
  check: () => void,
  { yes, no }: { readonly yes: object; no(error: string): object },
): void {
  let problem: Problem;
  try {
    check();
    res.json(yes);
    return;
  } catch (error) {
    problem = toProblem(error);
    if (problem.code !== 'not-ready' && problem.code !== 'draining') {
      throw error;
    }
  }
  sendProblem(res, problem, no(problem.message));
}
