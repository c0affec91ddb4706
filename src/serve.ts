/** Runs the server: connects the parts, listens, loads the model, and stops without losing an answer. */
import { once } from 'node:events';
import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import type { ModelState, ServedModel } from './http/model-state.ts';
import { type ProblemCode, problemJson, statusOf } from './http/problems.ts';
import { contextOf } from './http/request-context.ts';
import { type Classifier, createClassifier } from './inference/classifier.ts';
import { ClassifierError } from './inference/errors.ts';
import { ModelError } from './models/errors.ts';
import { ingredientsOf } from './models/ingredients.ts';
import { openStore } from './models/store.ts';
import { openVersion, readVersion, resolveCommit, type Version } from './models/version.ts';
import { createLanguageIdentifier } from './telemetry/language.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { predictionFields } from './telemetry/prediction-log.ts';

/** Against clients that send slowly or nothing: headers, whole request, idle connection. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface RunningServer {
  /** `http://host:port` */
  readonly url: string;
  /**
   * Resolves when the model is loaded and proven to predict as it should.
   *
   * Rejects with ModelError or ClassifierError where it can't be served.
   */
  readonly ready: Promise<void>;
  /**
   * Stops being ready, answers what was accepted, ends the workers, flushes the log.
   *
   * @returns connections that still waited for an answer when `DRAIN_TIMEOUT_MS` was over.
   */
  stop(reason: string): Promise<number>;
}

/**
 * Starts to listen, and to load the model.
 *
 * @throws ModelError where the commit can't be told, or an error of the system (the port is taken).
 */
export async function serve(config: Config): Promise<RunningServer> {
  const { modelName: name } = config;
  const store = openStore(config.modelStore);
  const commit = await resolveCommit(store, name, config.modelCommit);
  const identifyLanguage = await createLanguageIdentifier();

  let state: ModelState = { status: 'loading', commit };
  let classifier: Classifier | undefined;
  const metrics = createMetrics(() => classifier?.stats());
  const log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onDrop: metrics.onLogDrop,
  });
  const app = createApp({
    ...config,
    state: () => state,
    identifyLanguage,
    exposition: metrics,
    requests: metrics,
    onRejected: metrics.onRejected,
    onPrediction: (record) => {
      metrics.onPrediction(record);
      log.write('info', 'prediction', predictionFields(record, config.logInput));
    },
    onError: (error, res) => {
      const { requestId } = contextOf(res);
      log.write('error', 'error', { request_id: requestId, ...errorFields(error) });
    },
  });
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    app,
  );
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.on('clientError', answerClientError);
  const url = await listen(server, config);
  log.write('info', 'listening', { url, model: name, commit });

  const load = async (): Promise<void> => {
    const start = performance.now();
    const version = await openVersion(store, name, commit);
    const files = await readVersion(store, version);
    const loaded = await createClassifier({
      files,
      workers: config.workers,
      maxBatch: config.maxBatch,
      queueCapacity: config.queueCapacity,
      observer: {
        onDequeue: metrics.onDequeue,
        onRun: metrics.onRun,
        onWorkerRestart: (cause) => {
          metrics.onWorkerRestart();
          log.write('error', 'worker_restart', { ...errorFields(cause) });
        },
      },
    });
    classifier = loaded;
    metrics.onModelLoaded(name, commit, loaded.labels);
    log.write('info', 'ready', {
      model: name,
      commit,
      workers: config.workers,
      load_ms: Math.round(performance.now() - start),
    });
    if (state.status === 'loading') {
      state = { status: 'ready', commit, model: servedModel(version, files, loaded) };
    }
  };
  const ready = load().catch((error: unknown) => {
    metrics.onModelFailed();
    log.write('error', 'model_load_failed', { model: name, commit, ...errorFields(error) });
    throw error;
  });
  // Whoever started the server decides what a failure means; until then it is not unhandled.
  ready.catch(() => undefined);

  const stop = async (reason: string): Promise<number> => {
    state = { status: 'draining', commit };
    log.write('info', 'draining', { reason });
    const unanswered = await drain(server, config.drainTimeoutMs);
    // Workers that are still starting are ended once they have started.
    await ready.catch(() => undefined);
    await classifier?.close();
    log.write('info', 'stopped', { unanswered });
    await log.close();
    return unanswered;
  };
  return { url, ready, stop };
}

function servedModel(
  version: Version,
  files: ReadonlyMap<string, Buffer>,
  classifier: Classifier,
): ServedModel {
  const { model: name, commit, details } = version;
  const scores = files.get('metrics.json');
  return {
    name,
    commit,
    message: details.message,
    author: { name: details.author.name, email: details.author.email },
    date: details.author.date,
    parents: details.parents,
    ingredients: ingredientsOf(version.files),
    metrics: scores ? JSON.parse(scores.toString('utf8')) : undefined,
    loadedAt: new Date().toISOString(),
    classifier,
    read: async (path) =>
      version.files.some((file) => file.path === path) ? version.read(path) : undefined,
  };
}

/** @throws the system's error, such as EADDRINUSE. */
async function listen(server: Server, { host, port }: Config): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: bound } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

/** Takes no new connection and waits until the open ones have their answers. */
async function drain(server: Server, timeoutMs: number): Promise<number> {
  let unanswered = 0;
  const closed = once(server, 'close');
  server.close();
  // A connection whose answer is sent while the server closes stays open otherwise.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => {
    server.getConnections((_error, count) => {
      unanswered = count;
      server.closeAllConnections();
    });
  }, timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  return unanswered;
}

/** Answers what is no HTTP, in the same form as every other problem. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, reason } = CLIENT_ERRORS[error.code ?? ''] ?? {
    code: 'invalid-request',
    reason: 'The request is not HTTP',
  };
  const body = problemJson(code, reason);
  socket.end(
    `HTTP/1.1 ${statusOf(code)} ${STATUS_CODES[statusOf(code)]}\r\n` +
      'content-type: application/problem+json; charset=utf-8\r\nconnection: close\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const CLIENT_ERRORS: Readonly<Record<string, { code: ProblemCode; reason: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers-too-large', reason: 'The headers have more than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request-timeout',
    reason: `The request did not arrive within ${REQUEST_TIMEOUT_MS / 1000} s`,
  },
};

/** An error as fields of a log line; the stack only where nobody foresaw it. */
function errorFields(error: unknown): object {
  if (error instanceof ModelError || error instanceof ClassifierError) {
    return { code: error.code, message: error.message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'unexpected', message, stack };
}
