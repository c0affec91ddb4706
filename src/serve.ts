/** The composition root of one process: which parts there are, and in which order they start and stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config/config.ts';
import { readPage } from './console/page.ts';
import { createApp } from './http/app.ts';
import { createBodyBudget } from './http/body-budget.ts';
import { drain, listen } from './http/lifecycle.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import { readDesiredVersion } from './serving/desired-version.ts';
import { createManager, type Manager } from './serving/manager.ts';
import { createPredictionIds } from './serving/prediction-id.ts';
import { createPredictor } from './serving/predictor.ts';
import { serveVersion } from './serving/serve-version.ts';
import { type ProcessGroup, type ReadReport, SINGLE_PROCESS } from './telemetry/process-group.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';

/** What the log has not written by then is dropped. */
const LOG_TIMEOUT_MS = 2_000;

/** Of all request bodies that have not arrived completely. */
const MAX_BODIES_BYTES = 64 * 1024 ** 2;

export interface RunningServer {
  /** `http://host:port` */
  readonly url: string;
  /** Resolves when the model serves; rejects with ModelError or ClassifierError where it can't. */
  readonly ready: Promise<void>;
  /**
   * Answers what was accepted, ends the workers, writes out the log. Called again, it returns the same
   * promise.
   *
   * @returns the number of connections that still waited for an answer after `DRAIN_TIMEOUT_MS`.
   */
  stop(reason: string): Promise<number>;
  /** Opens LOG_FILE anew, after another program has renamed it. */
  reopenLog(): void;
  readonly readReport: ReadReport;
}

/**
 * Starts to listen and to load the model.
 *
 * @throws ModelError where the version is not named by a full SHA, or an error of the system (the port is
 * in use). A remote store is contacted once the server listens: it may be down for a while.
 */
export async function serve(
  config: Config,
  group: ProcessGroup = SINGLE_PROCESS,
): Promise<RunningServer> {
  const desired = await readDesiredVersion(config);
  const manager = createManager(desired.commit);
  const telemetry = await createTelemetry(config, group, manager.model);
  const { log, observer, readReport } = telemetry;
  const http = createHttp(config, manager, telemetry);
  let url = '';
  const startListening = async (): Promise<void> => {
    url = await listen(http.server, config);
    log.write('info', 'listening', { url, model: config.modelName, commit: desired.commit });
  };
  if (!group.listensWhenReady) {
    await startListening();
  }
  const stopping = new AbortController();
  const { signal } = stopping;
  const allReady = (): Promise<void> => group.allReady(signal);
  const ready = serveVersion(config, desired, { manager, observer, allReady, signal });
  // The caller decides what a failure means; until then it is no unhandled rejection.
  ready.catch(() => undefined);
  if (group.listensWhenReady) {
    await ready;
    await startListening();
  }
  const end = async (reason: string): Promise<number> => {
    manager.drain();
    stopping.abort();
    log.write('info', 'draining', { reason });
    if (config.drainDelayMs > 0) {
      http.connections.closeAfterAnswers();
      await sleep(config.drainDelayMs);
    }
    const unanswered = await drain(http, config.drainTimeoutMs);
    // Workers that are still starting are ended once they have started.
    await ready.catch(() => undefined);
    await manager.close();
    log.write('info', 'stopped', { unanswered });
    await log.close(LOG_TIMEOUT_MS);
    return unanswered;
  };
  let ended: Promise<number> | undefined;
  const stop = (reason: string): Promise<number> => {
    ended ??= end(reason);
    return ended;
  };
  return { url, ready, stop, reopenLog: log.reopen, readReport };
}

function createHttp(config: Config, manager: Manager, telemetry: Telemetry): HttpServer {
  const { observer } = telemetry;
  const predictionIds = createPredictionIds(config.feedbackKey);
  const predictor = createPredictor({ ...config, manager, predictionIds, observer });
  const page = readPage();
  const bodyBudget = createBodyBudget(MAX_BODIES_BYTES);
  const app = createApp({
    ...config,
    ...telemetry,
    ...{ manager, predictor, predictionIds, bodyBudget, page },
  });
  return createHttpServer(app, {
    ...config,
    maxConnectionsPerAddress: config.maxConnectionsPerAddress ?? Number.POSITIVE_INFINITY,
    commit: () => manager.state().commit,
    observer,
  });
}
