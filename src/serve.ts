/** The composition root of one process: which parts there are, and in which order they start and stop. */
import manifest from '../package.json' with { type: 'json' };
import type { Config } from './config/config.ts';
import { readApiKeys } from './config/key-file.ts';
import { createFleet } from './console/fleet/fleet.ts';
import { createLive } from './console/fleet/live.ts';
import { readPage } from './console/page.ts';
import { type AppDependencies, createAdminApp, createApp } from './http/app.ts';
import { createHttpServer } from './http/server.ts';
import { createBodyBudget } from './network/body-budget.ts';
import { createHandlingPacer } from './network/pacer.ts';
import { createHistoryThread } from './repository/browse/in-thread.ts';
import type { HistoryReader } from './repository/browse/reader.ts';
import {
  drainAll,
  listenAll,
  readConfiguredCertificate,
  renewCertificate,
  type Servers,
} from './servers.ts';
import { type Access, createAccess } from './serving/access.ts';
import { type Changes, createChanges } from './serving/changes.ts';
import { type DesiredVersion, readDesiredVersion } from './serving/desired-version.ts';
import { loadBeside } from './serving/loader.ts';
import { createManager, type Manager } from './serving/manager.ts';
import { createModelControl, type ModelControl } from './serving/model-control.ts';
import { createOpenInference } from './serving/open-inference/open-inference.ts';
import { type PinWatcher, watchPinOf } from './serving/pin.ts';
import { createPredictionIds } from './serving/prediction-id.ts';
import type { PredictionRecord } from './serving/prediction-record.ts';
import { createPredictor } from './serving/predictor.ts';
import { serveVersion } from './serving/serve-version.ts';
import { addShadowReports } from './serving/shadow.ts';
import { type StartupShadowOptions, startShadowOf } from './serving/startup-shadow.ts';
import { createVersionList } from './serving/stored-versions.ts';
import { type ProcessGroup, type ReadReport, SINGLE_PROCESS } from './telemetry/process-group.ts';
import { createTelemetry, type Telemetry, writeChange } from './telemetry/telemetry.ts';
import { DEFAULT_ALIAS } from './version/alias.ts';

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
  /** Serves what the store pins now. @param by who requests it, for the log. */
  readPin(by: string): Promise<void>;
  /** Reads the files of keys and of the certificate again. Where one can't be used, what is known remains. */
  reloadFiles(): Promise<void>;
  /** Changes the models of all processes. @throws ChangeError. */
  readonly change: Changes['run'];
  /** Changes of this process alone. */
  readonly control: Pick<ModelControl, 'prepare' | 'setPrevious'>;
  /** Feedback that another process has received. */
  onFeedback(id: string, actual: string): void;
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
  const stopping = new AbortController();
  const { signal } = stopping;
  const parts = await createParts(config, group, { desired, signal });
  const { manager, control, telemetry, change, access } = parts;
  const { log, observer, readReport } = telemetry;
  const servers = await createServers(config, parts);
  const pin = createPinWatcher(config, parts);
  let url = '';
  const startListening = async (): Promise<void> => {
    url = await listen(servers, config, log, desired.commit);
  };
  if (!group.listensWhenReady) {
    await startListening();
  }
  const allReady = (commit: string): Promise<void> => group.allReady(signal, commit);
  const ready = serveVersion(config, desired, { manager, observer, allReady, signal });
  // The caller decides what a failure means; until then it is no unhandled rejection.
  ready.catch(() => undefined);
  startShadow(config, parts, { ready, isStopping: () => signal.aborted });
  if (group.listensWhenReady) {
    await ready;
    await startListening();
  }
  const end = async (reason: string): Promise<number> => {
    manager.drain();
    stopping.abort();
    pin?.stop();
    log.write('info', 'draining', { reason });
    const unanswered = await drainAll(servers, config);
    // Workers that are still starting are ended once they have started.
    await ready.catch(() => undefined);
    await parts.history.close();
    await control.close();
    await manager.close();
    await telemetry.close(unanswered);
    return unanswered;
  };
  let ended: Promise<number> | undefined;
  const stop = (reason: string): Promise<number> => {
    ended ??= end(reason);
    return ended;
  };
  return {
    ...{ url, ready, stop, change, control, readReport },
    reloadFiles: async () => {
      await access.reloadKeys();
      await renewCertificate(servers, config, log);
    },
    reopenLog: log.reopen,
    // While the first version is loaded, another one can't be.
    readPin: (by) => ready.then(() => pin?.read(by)),
    onFeedback: (id, actual) => control.shadow()?.onFeedback(id, actual),
  };
}

/** @returns the address of the main server. */
async function listen(
  servers: Servers,
  config: Config,
  log: Telemetry['log'],
  commit: string | undefined,
): Promise<string> {
  const { modelName: model, modelCommit, modelAlias = DEFAULT_ALIAS, logInput } = config;
  const urls = await listenAll(servers, config);
  const alias = modelCommit === undefined ? modelAlias : undefined;
  // Whether texts of the log can be replayed depends on LOG_INPUT.
  log.write('info', 'listening', { ...urls, model, alias, commit, log_input: logInput });
  return urls.url;
}

interface Parts {
  readonly group: ProcessGroup;
  readonly manager: Manager;
  readonly telemetry: Telemetry;
  readonly control: ModelControl;
  readonly change: Changes['run'];
  readonly history: HistoryReader;
  readonly access: Access;
  /** Undefined where another process makes them. */
  readonly changes: Changes | undefined;
}

async function createParts(
  config: Config,
  group: ProcessGroup,
  { desired, signal }: { readonly desired: DesiredVersion; readonly signal: AbortSignal },
): Promise<Parts> {
  const manager = createManager(desired.commit);
  const telemetry: Telemetry = await createTelemetry(config, group, {
    model: manager.model,
    shadow: () => control.shadow()?.report(),
  });
  const { observer, log } = telemetry;
  const control: ModelControl = createModelControl({
    manager,
    observer,
    keepPreviousMs: config.keepPrevious * 1000,
    load: (commit) =>
      loadBeside(
        { ...config, modelCommit: commit },
        { observer, isAnswering: manager.isAnswering, signal },
      ),
  });
  const changes = createChanges({
    prepare: control.prepare,
    onEnd: (ended) => writeChange(log, ended),
  });
  const parts = {
    ...{ group, manager, telemetry, control },
    access: await createAccess(config, () => readApiKeys(config), observer),
    history: createHistoryThread(config),
  };
  return group.change
    ? { ...parts, change: group.change, changes: undefined }
    : { ...parts, change: changes.run, changes };
}

/** Undefined where another process watches. */
function createPinWatcher(
  config: Config,
  { manager, telemetry, changes }: Parts,
): PinWatcher | undefined {
  return (
    changes &&
    watchPinOf(config, {
      changes,
      onError: telemetry.observer.onPinError,
      commit: () => manager.state().commit,
    })
  );
}

function startShadow(
  config: Config,
  { changes, control }: Parts,
  options: Pick<StartupShadowOptions, 'ready' | 'isStopping'>,
): void {
  // Where another process makes the changes, it begins this one.
  if (changes) {
    const candidate = (): string | undefined => control.shadow()?.model.commit;
    startShadowOf(config, { ...options, changes, candidate });
  }
}

/** What the protocols use. */
function createDependencies(
  config: Config,
  { group, manager, telemetry, control, change, history, access }: Parts,
): AppDependencies {
  const { observer } = telemetry;
  const predictionIds = createPredictionIds(config.feedbackKey);
  const onPrediction = (record: PredictionRecord): void => control.shadow()?.offer(record);
  const predictor = createPredictor({
    ...{ ...config, ...access },
    ...{ manager, predictionIds, observer, onPrediction },
  });
  const fleet = createFleet(config.prometheusUrl, config.modelName);
  return {
    ...config,
    ...access,
    ...telemetry,
    ...{ manager, control, change, predictor, predictionIds, fleet, history },
    handling: createHandlingPacer(),
    openInference: createOpenInference({
      ...config,
      ...{ manager, predictor, serverVersion: manifest.version },
      candidate: () => control.shadow()?.model.commit,
    }),
    live: createLive({ servers: [], fleet, own: () => manager.state().commit }),
    page: readPage(),
    versions: createVersionList(config),
    bodyBudget: createBodyBudget(MAX_BODIES_BYTES),
    hasAdminPort: config.adminPort !== undefined,
    readShadow: () => readShadow(group, control),
    onFeedback: (record) => {
      observer.onFeedback(record);
      control.shadow()?.onFeedback(record.id, record.actual);
      group.shareFeedback?.(record.id, record.actual);
    },
  };
}

async function createServers(config: Config, parts: Parts): Promise<Servers> {
  const { manager, telemetry, access } = parts;
  const dependencies = createDependencies(config, parts);
  const { handling } = dependencies;
  const options = {
    ...config,
    ...access,
    certificate: await readConfiguredCertificate(config, telemetry.log),
    maxConnectionsPerAddress: config.maxConnectionsPerAddress ?? Number.POSITIVE_INFINITY,
    commit: () => manager.state().commit,
    ...{ handling, observer: telemetry.observer },
  };
  return {
    main: createHttpServer(createApp(dependencies), options),
    admin:
      config.adminPort === undefined
        ? undefined
        : createHttpServer(createAdminApp(dependencies), options),
    grpc:
      config.grpcPort === undefined
        ? undefined
        : // Loaded where it is used: it takes 20 MB.
          (await import('./grpc/server.ts')).createGrpcServer({
            ...dependencies,
            ...options,
            inference: dependencies.openInference,
          }),
  };
}

/** Of all processes. */
async function readShadow(group: ProcessGroup, control: ModelControl) {
  const reports = await group.collect('shadow');
  return addShadowReports(reports.length > 0 ? reports : [control.shadow()?.report()]);
}
