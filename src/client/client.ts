/** The client of the HTTP interface, for Node and browsers: `tweet-sentiment-server/client`. */
import createHttpClient, { type Client as HttpClient } from 'openapi-fetch';
import { ConnectionError, type Problem, ProblemError, UnexpectedAnswerError } from './errors.ts';
import type { components, paths } from './schema.ts';
import { type Deadline, send, startDeadline } from './send.ts';

export {
  ConnectionError,
  DeadlineError,
  type Problem,
  ProblemError,
  type ProblemType,
  UnexpectedAnswerError,
} from './errors.ts';

type Schemas = components['schemas'];
export type Prediction = Schemas['Prediction'];
export type PredictResponse = Schemas['PredictResponse'];
export type ModelCard = Schemas['ModelCard'];
export type Feedback = Schemas['FeedbackRequest'];

export interface ClientOptions {
  /** Of the server, such as `http://localhost:8080`; its path is kept. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string;
  /** Of a call with all of its attempts, in milliseconds; 30,000. */
  readonly timeoutMs?: number;
  /** At most this many requests for a call; 4. */
  readonly maxAttempts?: number;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call, which then fails with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** In place of that of the client. */
  readonly timeoutMs?: number;
}

/**
 * Every call fails with ProblemError, UnexpectedAnswerError, ConnectionError, DeadlineError, or the reason of the
 * caller's signal.
 *
 * A request is sent again, after `Retry-After` and with increasing waits, only where the server has done nothing
 * for it (429, and 503 of this server), or no byte of it was sent; one that only reads also after 502, 503, 504
 * and a lost connection. It is not sent again where the wait would exceed the time of the call.
 */
export interface Client {
  /** @returns a prediction for each text, in their order. */
  predict(texts: string | readonly string[], options?: CallOptions): Promise<PredictResponse>;
  /** Reports the right label of an earlier prediction. */
  feedback(feedback: Feedback, options?: CallOptions): Promise<void>;
  /** The version that serves. */
  model(options?: CallOptions): Promise<ModelCard>;
  /** Every operation by its path, with the same deadline and attempts; it returns problems instead of throwing. */
  readonly http: HttpClient<paths>;
}

const DEFAULTS = { timeoutMs: 30_000, maxAttempts: 4 };

/** What openapi-fetch returns of an operation. */
interface Result<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

export function createClient(options: ClientOptions): Client {
  const settings = {
    timeoutMs: options.timeoutMs ?? DEFAULTS.timeoutMs,
    maxAttempts: options.maxAttempts ?? DEFAULTS.maxAttempts,
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
  };
  const http = createHttpClient<paths>({
    baseUrl: options.baseUrl,
    ...(options.apiKey !== undefined && {
      headers: { authorization: `Bearer ${options.apiKey}` },
    }),
    fetch: (request) => send(request, startDeadline(settings.timeoutMs, request.signal), settings),
  });
  const call = <T>(
    { timeoutMs = settings.timeoutMs, signal }: CallOptions,
    run: (fetch: (request: Request) => Promise<Response>) => Promise<Result<T>>,
  ): Promise<T> => {
    const deadline = startDeadline(timeoutMs, signal);
    return complete(deadline, (onAnswer) =>
      run(async (request) => {
        const response = await send(request, deadline, settings);
        onAnswer(response);
        return response;
      }),
    );
  };
  return {
    http,
    async predict(texts, callOptions = {}) {
      const inputs = typeof texts === 'string' ? texts : [...texts];
      const body = { inputs };
      const answer = await call(callOptions, (fetch) => http.POST('/predict', { body, fetch }));
      if (!hasPredictions(answer, typeof inputs === 'string' ? 1 : inputs.length)) {
        throw new UnexpectedAnswerError(200);
      }
      return answer;
    },
    async feedback(body, callOptions = {}) {
      await call(callOptions, (fetch) => http.POST('/feedback', { body, fetch }));
    },
    async model(callOptions = {}) {
      const answer = await call(callOptions, (fetch) => http.GET('/model', { fetch }));
      if (typeof (answer as Partial<ModelCard> | null | undefined)?.commit !== 'string') {
        throw new UnexpectedAnswerError(200);
      }
      return answer;
    },
  };
}

/** One for each text. No text has a problem in its place: that is what `partial` is for. */
function hasPredictions(answer: unknown, count: number): answer is PredictResponse {
  const { predictions } = (answer ?? {}) as { readonly predictions?: unknown };
  return (
    Array.isArray(predictions) &&
    predictions.length === count &&
    predictions.every((each) => typeof each?.label === 'string')
  );
}

/** @param run calls `onAnswer` when the head of an answer is there: its body is still to be read. */
async function complete<T>(
  deadline: Deadline,
  run: (onAnswer: (response: Response) => void) => Promise<Result<T>>,
): Promise<T> {
  let answered: Response | undefined;
  const result = await run((response) => {
    answered = response;
  }).catch((error: unknown) => {
    throw answered ? errorOfBody(answered, deadline, error) : error;
  });
  if (result.response.ok) {
    return result.data as T;
  }
  throw isProblem(result.error)
    ? new ProblemError(result.error, result.response.headers.get('x-request-id') ?? undefined)
    : new UnexpectedAnswerError(result.response.status);
}

function errorOfBody({ status }: Response, deadline: Deadline, error: unknown): unknown {
  if (deadline.signal.aborted) {
    return deadline.explain(error);
  }
  return error instanceof SyntaxError
    ? new UnexpectedAnswerError(status, { cause: error })
    : new ConnectionError(true, { cause: error });
}

function isProblem(value: unknown): value is Problem {
  const { type, detail } = (value ?? {}) as Partial<Record<keyof Problem, unknown>>;
  return typeof type === 'string' && typeof detail === 'string';
}
