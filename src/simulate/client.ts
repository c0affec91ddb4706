/** Talks to the server that is under traffic. */

export interface Prediction {
  readonly id: string;
  readonly label: string;
  /** As the server told it. */
  readonly language: string;
}

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
  /** @throws where nothing answers at the address; the message says why. */
  reach(): Promise<void>;
  predict(texts: readonly string[]): Promise<Answer>;
  /** @returns the status, as in an answer. */
  sendFeedback(id: string, label: string): Promise<string>;
}

/** Longer than the server's own deadline, so that it is the one that says so. */
const TIMEOUT_MS = 15_000;

export function createClient({ url, apiKey }: { url: string; apiKey?: string }): Client {
  const base = url.replace(/\/+$/, '');
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });

  return {
    async reach() {
      try {
        const response = await fetch(`${base}/healthz`, {
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.arrayBuffer();
      } catch (error) {
        throw new Error(`No server answers at ${base} (${reasonOf(error)})`, { cause: error });
      }
    },

    async predict(texts) {
      try {
        const response = await post('/predict', {
          inputs: texts.length === 1 ? texts[0] : texts,
        });
        const status = String(response.status);
        const body = await response.text();
        const predictions = response.ok ? readPredictions(body, texts.length) : undefined;
        return predictions
          ? {
              kind: 'predictions',
              status,
              commit: response.headers.get('x-model-commit') ?? 'unknown',
              predictions,
            }
          : { kind: 'refusal', status: response.ok ? `${status} without predictions` : status };
      } catch (error) {
        return { kind: 'silence', status: reasonOf(error) };
      }
    },

    async sendFeedback(id, label) {
      try {
        const response = await post('/feedback', { id, label });
        await response.arrayBuffer();
        return String(response.status);
      } catch (error) {
        return reasonOf(error);
      }
    },
  };
}

/** Undefined where the body is something else: another program may listen at the address. */
function readPredictions(body: string, count: number): Prediction[] | undefined {
  try {
    const { predictions } = JSON.parse(body) as { predictions?: unknown };
    return Array.isArray(predictions) && predictions.length === count ? predictions : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch` hides the system's error in the cause of its own. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'timeout' : (cause?.code ?? cause?.message ?? message);
}
