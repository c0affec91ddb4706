/** Sends requests to the server under test. */
import type { FeedbackRequest } from '../api/feedback.ts';
import {
  type Prediction as ApiPrediction,
  type PredictRequestBody,
  predictResponseSchema,
} from '../api/predict.ts';
import { fetchText, type TextAnswer } from '../fetch-text.ts';

/** What the report reads of a prediction. */
export type Prediction = Pick<ApiPrediction, 'id' | 'label' | 'scores' | 'language'>;

export type Answer =
  | {
      readonly kind: 'predictions';
      readonly status: string;
      readonly commit: string;
      readonly predictions: readonly Prediction[];
    }
  /** Something else than predictions: a status such as `503`. */
  | { readonly kind: 'refusal'; readonly status: string }
  /** No answer: `timeout`, or the system's code, such as `ECONNREFUSED`. */
  | { readonly kind: 'silence'; readonly status: string };

export interface Client {
  /** @throws where nothing answers at the address; the message has the reason. */
  reach(): Promise<void>;
  predict(texts: readonly string[]): Promise<Answer>;
  /** @returns the status, as in an answer. */
  sendFeedback(id: string, label: string): Promise<string>;
}

/** Longer than the server's own deadline, so that the server's answer comes first. */
const TIMEOUT_MS = 15_000;

export function createClient({ url, apiKey }: { url: string; apiKey?: string }): Client {
  const base = url.replace(/(?<!\/)\/+$/, '');
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const post = (path: string, body: object): Promise<TextAnswer> =>
    fetchText(`${base}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
    });

  return {
    async reach() {
      try {
        await fetchText(`${base}/healthz`, { timeoutMs: TIMEOUT_MS });
      } catch (error) {
        throw new Error(`No server answers at ${base} (${reasonOf(error)})`, { cause: error });
      }
    },

    async predict(texts) {
      try {
        const [first, ...others] = texts as [string, ...string[]];
        const inputs = others.length === 0 ? first : [first, ...others];
        const response = await post('/predict', { inputs } satisfies PredictRequestBody);
        const status = String(response.status);
        const isOk = response.status === 200;
        const predictions = isOk ? readPredictions(response.text, texts.length) : undefined;
        return predictions
          ? {
              kind: 'predictions',
              status,
              commit: response.headers.get('x-model-commit') ?? 'unknown',
              predictions,
            }
          : { kind: 'refusal', status: isOk ? `${status} without predictions` : status };
      } catch (error) {
        return { kind: 'silence', status: reasonOf(error) };
      }
    },

    async sendFeedback(id, label) {
      try {
        const response = await post('/feedback', { id, label } satisfies FeedbackRequest);
        return String(response.status);
      } catch (error) {
        return reasonOf(error);
      }
    },
  };
}

/** Undefined where the body is something else: another program may listen at the address. */
function readPredictions(body: string, count: number): readonly Prediction[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { data } = predictResponseSchema.safeParse(json);
  return data?.predictions.length === count ? data.predictions : undefined;
}

/** `fetch` hides the system's error in the cause of its own. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'timeout' : (cause?.code ?? cause?.message ?? message);
}
