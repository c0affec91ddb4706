/** Classifies by the requests of a client to a running server, which serves the version. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Prediction, predictResponseSchema } from '../api/predict.ts';
import { problemSchema } from '../api/problem.ts';
import { fetchFailureReason } from '../errors.ts';
import { fetchText, type TextAnswer } from '../fetch-text.ts';
import type { AnswerSource, ReplayedAnswer } from './answers.ts';
import { ReplayError } from './replay-error.ts';

/** The default of MAX_INPUTS; a server that accepts fewer receives smaller requests. */
const MAX_INPUTS = 64;
/** Requests in flight: while one is read or written, the workers have others. */
const CONNECTIONS = 4;
/** Longer than the server's own limit, so that the server's answer comes first. */
const TIMEOUT_MS = 60_000;
/** A server that has refused a request for so long is not waited for any more. */
const MAX_WAIT_MS = 120_000;
const DEFAULT_RETRY_SECONDS = 1;
/** With fewer or shorter texts, these statuses need not come again. */
const TOO_LARGE = new Set(['too-many-inputs', 'body-too-large', 'deadline-exceeded']);

export interface ServerOptions {
  /** `http://host:port` */
  readonly url: string;
  readonly apiKey: string | undefined;
  /** The version that the server has to serve. */
  readonly commit: string;
}

/** What a server answered, other than predictions. */
interface Refusal {
  readonly status: number;
  /** The code of a problem; empty where the body is none. */
  readonly code: string;
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
}

type Reply = { readonly predictions: readonly Prediction[] } | { readonly refusal: Refusal };

/** It throws ReplayError `server-failed` where the server can't answer, or serves another version. */
export function openServerAnswers(options: ServerOptions): AnswerSource {
  const server = { ...options, url: options.url.replace(/(?<!\/)\/+$/, ''), maxInputs: MAX_INPUTS };
  return {
    chunk: MAX_INPUTS * CONNECTIONS,
    classify: (texts) => classify(server, texts),
    // From its cache, the server would send the same answer.
    alternatives: async () => [],
    close: async () => undefined,
  };
}

interface Server extends ServerOptions {
  /** Lower once the server has refused as many. */
  maxInputs: number;
}

async function classify(
  server: Server,
  texts: readonly string[],
): Promise<readonly ReplayedAnswer[]> {
  const size = server.maxInputs;
  const starts = Array.from({ length: Math.ceil(texts.length / size) }, (_, at) => at * size);
  const answers: (readonly ReplayedAnswer[])[] = [];
  const sendNext = async (): Promise<void> => {
    for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
      answers[start / size] = await predict(server, texts.slice(start, start + size));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendNext));
  return answers.flat();
}

/** Waits where the server has no room, and divides what is too large for it. */
async function predict(
  server: Server,
  texts: readonly string[],
): Promise<readonly ReplayedAnswer[]> {
  const { url } = server;
  for (let waitedMs = 0; ; ) {
    const reply = await send(server, texts);
    if ('predictions' in reply) {
      return reply.predictions;
    }
    const { status, code, reason, retryAfterSeconds } = reply.refusal;
    if (TOO_LARGE.has(code) && texts.length > 1) {
      const half = Math.ceil(texts.length / 2);
      server.maxInputs =
        code === 'too-many-inputs' ? Math.min(server.maxInputs, half) : server.maxInputs;
      const first = await predict(server, texts.slice(0, half));
      return [...first, ...(await predict(server, texts.slice(half)))];
    }
    const mayAcceptLater = status === 429 || (status === 503 && retryAfterSeconds !== undefined);
    if (!mayAcceptLater || waitedMs >= MAX_WAIT_MS) {
      const key =
        status === 401 || status === 403 ? '; give a key of the server with --api-key' : '';
      throw failure(`${url}/predict answers ${status}${reason}${key}`);
    }
    const waitMs = (retryAfterSeconds ?? DEFAULT_RETRY_SECONDS) * 1000;
    await sleep(waitMs);
    // An immediate repetition counts too: otherwise it would go on for ever.
    waitedMs += Math.max(waitMs, 100);
  }
}

async function send({ url, apiKey, commit }: Server, inputs: readonly string[]): Promise<Reply> {
  let answer: TextAnswer;
  try {
    answer = await fetchText(`${url}/predict`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ inputs }),
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    throw failure(`${url} can't be reached (${fetchFailureReason(error)})`, error);
  }
  const json = parseJson(answer.text);
  if (answer.status !== 200) {
    return { refusal: toRefusal(answer, json) };
  }
  const { data } = predictResponseSchema.safeParse(json);
  if (data?.predictions.length !== inputs.length) {
    throw failure(`${url}/predict: expected predictions, found something else`);
  }
  if (data.model.commit !== commit) {
    throw failure(`${url} serves another version: expected ${commit}, found ${data.model.commit}`);
  }
  return { predictions: data.predictions };
}

function toRefusal({ status, headers }: TextAnswer, json: unknown): Refusal {
  const { data } = problemSchema.safeParse(json);
  const seconds = headers.get('retry-after');
  return {
    status,
    code: data?.type.replace('/problems/', '') ?? '',
    reason: data ? ` (${data.title}: ${data.detail})` : '',
    retryAfterSeconds: /^\d{1,4}$/.test(seconds ?? '') ? Number(seconds) : undefined,
  };
}

/** Undefined where the body is something else: another program may listen at the address. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function failure(message: string, cause?: unknown): ReplayError {
  return new ReplayError('server-failed', message, { cause });
}
