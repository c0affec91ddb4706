/** `POST /feedback`: a client reports which label a prediction should have had. */
import { type FeedbackRequest, feedbackRequestSchema } from '../../api/feedback.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { BodyBudget } from '../../network/body-budget.ts';
import type { Manager } from '../../serving/manager.ts';
import type { PredictionIds } from '../../serving/prediction-id.ts';
import type { FeedbackRecord } from '../../serving/prediction-record.ts';
import { ProblemError } from '../../serving/problem.ts';
import { parseJsonBody, readJson } from '../middleware/json-body.ts';
import { contextOf } from '../middleware/request-context.ts';
import type { Resource } from '../resource.ts';

const MAX_BODY_BYTES = 16 * 1024;
/** Ids whose feedback is remembered, so that a client may send it again after a lost answer. */
const REMEMBERED_IDS = 100_000;

export interface FeedbackOptions {
  readonly bodyBudget: BodyBudget;
  readonly manager: Manager;
  readonly predictionIds: PredictionIds;
  /** Called once for each prediction that feedback came for. */
  readonly onFeedback: (record: FeedbackRecord) => void;
}

export function feedback({
  bodyBudget,
  manager,
  predictionIds,
  onFeedback,
}: FeedbackOptions): Resource {
  const seen = new Set<string>();
  return {
    operation: OPERATIONS.feedback,
    handlers: [
      readJson({ limit: MAX_BODY_BYTES, budget: bodyBudget }),
      (req, res) => {
        const { labels } = manager.acceptingModel().classifier;
        const { id, label: actual } = parseJsonBody(req, parseFeedback);
        if (!labels.includes(actual)) {
          throw new ProblemError(
            'unknown-label',
            `The label must be one of ${labels.join(', ')}, found ${JSON.stringify(actual)}`,
          );
        }
        const { commit, label: predicted } = readId(predictionIds, id, labels);
        if (!seen.has(id)) {
          seen.add(id);
          if (seen.size > REMEMBERED_IDS) {
            seen.delete(seen.values().next().value as string);
          }
          const { requestId } = contextOf(res);
          onFeedback({ requestId, id, commit, predicted, actual });
        }
        res.status(204).end();
      },
    ],
  };
}

function parseFeedback(body: unknown): FeedbackRequest {
  const parsed = feedbackRequestSchema.safeParse(body);
  if (!parsed.success) {
    throw new ProblemError(
      'invalid-body',
      'Expected {"id": "…", "label": "…"}, the id of a prediction and the right label',
    );
  }
  return parsed.data;
}

function readId(
  predictionIds: PredictionIds,
  id: string,
  labels: readonly string[],
): { commit: string; label: string } {
  const read = predictionIds.read(id);
  if (read.status === 'expired') {
    throw new ProblemError(
      'id-expired',
      `Feedback is accepted for ${read.maxAgeSeconds / 86_400} days after a prediction`,
    );
  }
  // A version with other labels may have made the prediction: its labels are no row of this one's.
  if (read.status === 'forged' || !labels.includes(read.label)) {
    throw new ProblemError('unknown-id', 'The id is of no prediction that this server knows');
  }
  return read;
}
