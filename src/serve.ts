/** Runs the server: connects the parts, listens, loads the model, and stops without losing an answer. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { ingredientsOf } from './artifacts/ingredients.ts';
import { assertWeightsMatchIngredients } from './artifacts/lineage.ts';
import { parseArtifact } from './artifacts/read.ts';
import type { Config } from './config/config.ts';
import { readPage } from './console/page.ts';
import { emptyProfile, type Profile } from './drift/profile.ts';
import { createApp } from './http/app.ts';
import { contextOf } from './http/middleware/request-context.ts';
import { createHttpServer } from './http/server.ts';
import { type Classifier, type ClassifierStats, createClassifier } from './inference/classifier.ts';
import { ClassifierError } from './inference/errors.ts';
import { collectGarbageSoon } from './inference/garbage.ts';
import {
  createLanguageIdentifier,
  type IdentifyLanguage,
  UNDETERMINED,
} from './inference/language.ts';
import { createPredictionIds } from './serving/prediction-id.ts';
import type { ModelState, ServedModel } from './serving/served-model.ts';
import { deferUntilAfterResponse } from './telemetry/after-response.ts';
import { createHistory, type HistoryRecord } from './telemetry/history.ts';
import { createLog, type Log } from './telemetry/log.ts';
import {
  createMetrics,
  LANGUAGES,
  type Metrics,
  type MetricsSnapshot,
} from './telemetry/metrics.ts';
import { predictionFields } from './telemetry/prediction-log.ts';
import { ModelError } from './version/errors.ts';
import { type Located, locateVersion } from './version/locate.ts';
import { openStore } from './version/stores/open.ts';
import type { RetryNotice } from './version/stores/retry.ts';
import { isRemote, type RemoteStore } from './version/stores/store.ts';
import { readTag } from './version/tag.ts';
import {
  checkCommit,
  openVersion,
  readVersion,
  resolveCommit,
  type Version,
} from './version/version.ts';

/** What a process adds to an answer that is about all of them. */
export interface Shares {
  metrics: MetricsSnapshot;
  console: { readonly history: HistoryRecord; readonly stats: ClassifierStats };
}

/** Other processes that listen on the same port. */
export interface Group {
  /** True where this process takes a dead one's place: it listens when it can predict. */
  readonly listensWhenReady: boolean;
  /** This process is ready; resolves when all of them are. Rejects when the signal aborts. */
  allReady(signal: AbortSignal): Promise<void>;
  /** What each of the others has to say. */
  collect<K extends keyof Shares>(kind: K): Promise<Shares[K][]>;
}

const ALONE: Group = {
  listensWhenReady: false,
  allReady: async () => undefined,
  collect: async () => [],
};

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
   * Asked again, it gives the same promise.
   *
   * @returns connections that still waited for an answer when `DRAIN_TIMEOUT_MS` was over.
   */
  stop(reason: string): Promise<number>;
  /** What this process has to say, for another one that answers for all. */
  share<K extends keyof Shares>(kind: K): Promise<Shares[K]>;
}

/**
 * Starts to listen, and to load the model.
 *
 * @throws ModelError where a folder's commit can't be told, or an error of the system (the port is
 * taken). A remote store is asked once the server listens: it may be down for a while.
 */
export async function serve(config: Config, group: Group = ALONE): Promise<RunningServer> {
  const store = openStore(config.modelStore);
  const commit = isRemote(store)
    ? config.modelCommit && checkCommit(config.modelCommit)
    : await resolveCommit(store, config.modelName, config.modelCommit);

  let state: ModelState = { status: 'loading', commit };
  let classifier: Classifier | undefined;
  const metrics = createMetrics(() => classifier?.stats());
  const history = createHistory();
  const log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onDrop: metrics.onLogDrop,
  });
  const logError = (error: unknown, requestId?: string): void =>
    log.write('error', 'error', { request_id: requestId, ...errorFields(error) });
  /** What has been answered has been observed: `deferUntilAfterResponse` has asked for its turn before. */
  const allObserved = (): Promise<void> => setImmediate();
  const shares: { [K in keyof Shares]: () => Promise<Shares[K]> } = {
    metrics: async () => {
      await allObserved();
      return metrics.snapshot();
    },
    console: async () => {
      await allObserved();
      return { history: history.record(), stats: classifier?.stats() ?? NO_STATS };
    },
  };
  const app = createApp({
    ...config,
    state: () => state,
    exposition: {
      contentType: metrics.contentType,
      expose: async () => {
        const others = await group.collect('metrics');
        await allObserved();
        return metrics.expose(others);
      },
    },
    requests: {
      ...metrics,
      onRequestEnd: deferUntilAfterResponse(
        (series, durationSeconds) => {
          metrics.onRequestEnd(series, durationSeconds);
          if (series.route === '/predict') {
            history.onRequestEnd(series.status, durationSeconds);
          }
        },
        (error) => logError(error),
      ),
    },
    predictionIds: createPredictionIds(config.feedbackKey),
    page: readPage(),
    overview: async () => {
      const others = await group.collect('console');
      const own = await shares.console();
      return {
        ...history.snapshot(others.map((other) => other.history)),
        stats: [own, ...others].map(({ stats }) => stats).reduce(addStats),
      };
    },
    onRejected: metrics.onRejected,
    onPrediction: deferUntilAfterResponse(
      (record) => {
        const fields = predictionFields(record, config.logInput);
        metrics.onPrediction(record);
        history.onPrediction(record, fields);
        log.write('info', 'prediction', fields);
      },
      (error, { requestId }) => logError(error, requestId),
    ),
    onFeedback: ({ requestId, predicted, actual, ...fields }) => {
      metrics.onFeedback(predicted, actual);
      history.onFeedback(predicted, actual);
      log.write('info', 'feedback', { request_id: requestId, ...fields, predicted, actual });
    },
    onError: (error, res) => logError(error, contextOf(res).requestId),
  });
  const server = createHttpServer(app);
  let url = '';
  const startListening = async (): Promise<void> => {
    url = await listen(server, config);
    log.write('info', 'listening', { url, model: config.modelName, commit });
  };
  if (!group.listensWhenReady) {
    await startListening();
  }

  const start = performance.now();
  const stopping = new AbortController();
  const load = async (): Promise<void> => {
    const located =
      !isRemote(store) && commit !== undefined
        ? { store, commit }
        : await locateRemote(config, { log, signal: stopping.signal });
    if (state.status === 'loading') {
      state = { status: 'loading', commit: located.commit };
    }
    const { profile, model } = await loadModel(config, located, { metrics, log });
    ({ classifier } = model);
    metrics.onModelLoaded({ ...model, labels: classifier.labels, profile });
    history.onModelLoaded(profile);
    await group.allReady(stopping.signal);
    if (state.status === 'loading') {
      state = { status: 'ready', commit: model.commit, model };
    }
    log.write('info', 'ready', {
      model: model.name,
      commit: model.commit,
      workers: config.workers,
      load_ms: Math.round(performance.now() - start),
    });
    collectGarbageSoon();
  };
  const ready = load().catch((error: unknown) => {
    if (!stopping.signal.aborted) {
      metrics.onModelFailed();
      log.write('error', 'model_load_failed', {
        model: config.modelName,
        commit: state.commit,
        ...errorFields(error),
      });
    }
    throw error;
  });
  // Whoever started the server decides what a failure means; until then it is not unhandled.
  ready.catch(() => undefined);
  if (group.listensWhenReady) {
    await ready;
    await startListening();
  }

  const end = async (reason: string): Promise<number> => {
    state = { status: 'draining', commit: state.commit };
    stopping.abort();
    log.write('info', 'draining', { reason });
    const unanswered = await drain(server, config.drainTimeoutMs);
    // Workers that are still starting are ended once they have started.
    await ready.catch(() => undefined);
    await classifier?.close();
    log.write('info', 'stopped', { unanswered });
    await log.close();
    return unanswered;
  };
  let ended: Promise<number> | undefined;
  return {
    url,
    ready,
    stop: (reason) => {
      ended ??= end(reason);
      return ended;
    },
    share: (kind) => shares[kind](),
  };
}

const NO_STATS: ClassifierStats = {
  queueLength: 0,
  queueCapacity: 0,
  workers: { starting: 0, idle: 0, busy: 0 },
};

function addStats(a: ClassifierStats, b: ClassifierStats): ClassifierStats {
  return {
    queueLength: a.queueLength + b.queueLength,
    queueCapacity: a.queueCapacity + b.queueCapacity,
    workers: {
      starting: a.workers.starting + b.workers.starting,
      idle: a.workers.idle + b.workers.idle,
      busy: a.workers.busy + b.workers.busy,
    },
  };
}

/** Brings the version of a remote store into the cache, and tells the log how that goes. */
function locateRemote(
  { modelStore, modelName, modelCommit, modelCache, modelFetchTimeoutMs }: Config,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<Located> {
  const onRetry = ({ error, attempt, delayMs }: RetryNotice): void =>
    log.write('warn', 'store_retry', { ...errorFields(error), attempt, delay_ms: delayMs });
  return locateVersion({
    openRemote: (timeoutMs) => openStore(modelStore, { timeoutMs, onRetry, signal }) as RemoteStore,
    timeoutMs: modelFetchTimeoutMs,
    cacheFolder: modelCache,
    model: modelName,
    commit: modelCommit,
    onUnavailable: (error, lastPinned) =>
      log.write('warn', 'store_unavailable', { ...errorFields(error), serving: lastPinned }),
    onDamaged: (error) => log.write('warn', 'cache_damaged', errorFields(error)),
    onProgress: (doneBytes, totalBytes) => {
      if (doneBytes === 0) {
        log.write('info', 'fetching', { store: modelStore, bytes: totalBytes });
      }
    },
  });
}

/** Proves the version, loads it into the workers and checks its golden scores. */
async function loadModel(
  config: Config,
  { store, commit }: Located,
  { metrics, log }: { metrics: Metrics; log: Log },
): Promise<{ profile: Profile; model: ServedModel }> {
  const version = await openVersion(store, config.modelName, commit);
  const files = await readVersion(store, version);
  assertWeightsMatchIngredients(files);
  const given = parseProfile(files);
  let identifyLanguage: IdentifyLanguage;
  const starting = createClassifier({
    files,
    workers: config.workers,
    maxBatch: config.maxBatch,
    requestTimeoutMs: config.requestTimeoutMs,
    queueCapacity: config.queueCapacity,
    cacheSize: config.cacheSize,
    identifyLanguage: (text) => identifyLanguage(text),
    observer: {
      onLookUp: metrics.onLookUp,
      onDequeue: metrics.onDequeue,
      onRun: metrics.onRun,
      onWorkerRestart: (cause) => {
        metrics.onWorkerRestart();
        log.write('error', 'worker_restart', errorFields(cause));
      },
      onNonSaturatingInt8: ({ message }) => log.write('warn', 'exact_products', { message }),
    },
  });
  // The workers load theirs at the same time.
  const [classifier, identifier] = await Promise.all([starting, createLanguageIdentifier()]);
  identifyLanguage = identifier;
  const tag = await readTag(store, config.modelName, commit);
  const profile = given ?? emptyProfile(classifier.labels, [...LANGUAGES, UNDETERMINED]);
  return { profile, model: servedModel(version, files, { classifier, tag }) };
}

/** @throws ModelError `unfit` where it is no profile; undefined where there is none. */
function parseProfile(files: ReadonlyMap<string, Buffer>): Profile | undefined {
  const bytes = files.get('profile.json');
  return bytes && parseArtifact('profile.json', bytes);
}

function servedModel(
  version: Version,
  files: ReadonlyMap<string, Buffer>,
  { classifier, tag }: Pick<ServedModel, 'classifier' | 'tag'>,
): ServedModel {
  const { model: name, commit, details } = version;
  const scores = files.get('metrics.json');
  return {
    name,
    commit,
    tag,
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

/** An error as fields of a log line; the stack only where nobody foresaw it. */
function errorFields(error: unknown): object {
  if (error instanceof ModelError || error instanceof ClassifierError) {
    return { code: error.code, message: error.message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'unexpected', message, stack };
}
