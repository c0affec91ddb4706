/**
 * Sends spans to a collector: OTLP over HTTP, https://opentelemetry.io/docs/specs/otlp/#otlphttp. The SDK's
 * exporter can't be ended while it waits to repeat a request, so that a server whose collector is down would
 * stop late; its encoding and its variables (OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT, _COMPRESSION,
 * _CERTIFICATE and others) are used.
 */
import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ExportResultCode } from '@opentelemetry/core';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

/** The protocol's own: after these, the same spans may be accepted later. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 5_000;
/** Of an answer; it says which spans were refused, and why. */
const MAX_ANSWER_BYTES = 64 * 1024;

const compress = promisify(gzip);

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/**
 * @param onProblem receives why spans are lost.
 * @returns an exporter that gives up at once with `abort`.
 */
export function createSpanExporter(
  url: string,
  onProblem: (message: string) => void,
): SpanExporter & { readonly abort: () => void } {
  const options = convertLegacyHttpOptions({ url }, 'TRACES', 'v1/traces', {
    'Content-Type': 'application/x-protobuf',
  });
  const { run, abort } = createDeadlines(options.timeoutMillis);
  const { host } = new URL(url);
  let agent: Agent | undefined;

  const send = async (spans: readonly ReadableSpan[], signal: AbortSignal): Promise<void> => {
    const encoded = ProtobufTraceSerializer.serializeRequest([...spans]) as Uint8Array;
    const isGzip = options.compression === 'gzip';
    const body = isGzip ? await compress(encoded) : encoded;
    const headers = {
      ...(await options.headers()),
      ...(isGzip ? { 'Content-Encoding': 'gzip' } : {}),
      'Content-Length': body.byteLength,
    };
    agent ??= await options.agentFactory(new URL(url).protocol);
    const endsAt = performance.now() + options.timeoutMillis;
    const request = { url, agent, headers, body, signal, endsAt };
    const { status, body: answer } = await postUntilAccepted(request);
    if (status > 299) {
      throw new Error(`it answered ${status} ${answer.toString('utf8')}`);
    }
    const refused = refusedSpans(answer);
    if (refused !== undefined) {
      onProblem(`the collector ${host} accepted a part of ${spans.length} spans: ${refused}`);
    }
  };
  return {
    abort,
    export: (spans, onResult) => {
      run((signal) => send(spans, signal)).then(
        () => onResult({ code: ExportResultCode.SUCCESS }),
        (cause: Error) => {
          const message = `${spans.length} spans were not sent to the collector ${host}: ${cause.message}`;
          onResult({ code: ExportResultCode.FAILED, error: new Error(message, { cause }) });
        },
      );
    },
    shutdown: async () => abort(),
  };
}

interface Deadlines {
  /** Calls with a signal that ends it after the time limit. */
  run<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Ends what runs, and what will be run. */
  abort(): void;
}

/** Not AbortSignal.any, of which Node 20 keeps a part for each signal (nodejs/node#54614). */
function createDeadlines(timeoutMs: number): Deadlines {
  const running = new Set<AbortController>();
  let isAborted = false;
  const abort = (): void => {
    isAborted = true;
    for (const each of running) {
      each.abort(new Error('the server stopped'));
    }
  };
  return {
    abort,
    run: async (act) => {
      const controller = new AbortController();
      running.add(controller);
      const timer = setTimeout(() => {
        controller.abort(new Error(`there was no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      if (isAborted) {
        abort();
      }
      try {
        return await act(controller.signal);
      } finally {
        clearTimeout(timer);
        running.delete(controller);
      }
    },
  };
}

interface Post {
  readonly url: string;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  /** Ends everything, also the waits. */
  readonly signal: AbortSignal;
  /** Of `performance.now()`: nothing is repeated after it. */
  readonly endsAt: number;
}

/** @returns the last answer; rejects with the reason of the signal, or where there is no answer. */
async function postUntilAccepted(options: Post): Promise<Answer> {
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, MAX_RETRY_MS)) {
    const outcome = await post(options).catch((error: Error) => error);
    if (!(outcome instanceof Error) && !RETRYABLE.has(outcome.status)) {
      return outcome;
    }
    const retryAfterMs = outcome instanceof Error ? 0 : 1e3 * Number(outcome.retryAfter ?? 0);
    const waitMs = Math.max(retryAfterMs || 0, delayMs * (0.8 + 0.4 * Math.random()));
    const isOver = performance.now() + waitMs > options.endsAt || !(await waited(waitMs, options));
    if (isOver) {
      if (outcome instanceof Error) {
        throw outcome;
      }
      return outcome;
    }
  }
}

/** @returns false where the signal ended it. */
async function waited(ms: number, { signal }: Pick<Post, 'signal'>): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}

function post({ url, agent, headers, body, signal }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const req = request(url, { method: 'POST', agent, headers, signal }, (res) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > MAX_ANSWER_BYTES) {
          req.destroy(new Error('its answer is too long'));
          return;
        }
        chunks.push(chunk);
      });
      res.once('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          retryAfter: res.headers['retry-after'],
          body: Buffer.concat(chunks),
        }),
      );
      res.once('error', reject);
    });
    req.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    req.end(body);
  });
}

/** Why a collector that accepted a request refused some of its spans; undefined where it did not. */
function refusedSpans(answer: Buffer): string | undefined {
  try {
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(answer);
    const { rejectedSpans = 0, errorMessage } = partialSuccess ?? {};
    return Number(rejectedSpans) > 0 ? `${errorMessage ?? ''} (${rejectedSpans})` : undefined;
  } catch {
    // It is no protobuf: the status says that the spans were accepted.
    return undefined;
  }
}
