/**
 * Several processes that listen on one port, where the thread that answers clients is what limits a
 * single one. The primary answers nothing itself: it starts the members, joins their logs, lets each
 * answer for all, and keeps the counts of a member that ends.
 */
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import { clusterMemberModule } from '../entry-points.ts';
import { watchPinOf } from '../serving/pin.ts';
import { startShadowOf } from '../serving/startup-shadow.ts';
import { errorFields } from '../telemetry/error-fields.ts';
import { createLog, type Log } from '../telemetry/log/log.ts';
import { createMetrics } from '../telemetry/metrics/metrics.ts';
import { NO_STATS } from '../telemetry/stats.ts';
import { toResult } from './change-result.ts';
import { createMemberChanges, type MemberChanges } from './changes.ts';
import { ProcessError } from './error.ts';
import { createMemberGroup, type Member, type MemberGroup, send } from './group.ts';
import type { ToMember, ToPrimary } from './messages.ts';

const HEARTBEAT_MS = 2_000;
/** A member that has not answered for so long hangs: it is ended, and replaced as one that died is. */
const MAX_SILENCE_MS = 20_000;
/** What a member's stop may take beyond its own settings. */
const STOP_GRACE_MS = 3_000;
/** Before a member that died while it started is started again. */
const RESTART_DELAY_MS = 1_000;
/** What the log has not written by then is dropped. */
const LOG_TIMEOUT_MS = 2_000;

export interface Processes {
  /** Rejects where the first start of a member failed. */
  readonly ready: Promise<void>;
  /** Resolves with the number of connections that still waited for an answer when all have ended. */
  stop(reason: string): Promise<number>;
  /** Opens LOG_FILE anew, after another program has renamed it. */
  reopenLog(): void;
  /** Serves what the store pins now. @param by who requests it, for the log. */
  readPin(by: string): Promise<void>;
  /** Reads API_KEYS_FILE again. */
  reloadFiles(): Promise<void>;
}

/** What the members' events change. */
interface Primary {
  readonly group: MemberGroup;
  readonly log: Log;
  readonly config: Config;
  readonly changes: MemberChanges;
  readonly ready: Deferred;
  /** The first start of all members is over. */
  isStarted: boolean;
  /** Why they are to end; undefined until then. */
  stopReason: string | undefined;
  unanswered: number;
}

/** Starts `config.processes` members. */
export async function startProcesses(config: Config): Promise<Processes> {
  // Of what the primary itself uses, and of lines that its log lost.
  const metrics = createMetrics(() => NO_STATS);
  const log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onPredictionLine: metrics.onPredictionLine,
    onDrop: metrics.onLogDrop,
  });
  cluster.setupPrimary({
    exec: clusterMemberModule(),
    args: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // As JSON, NaN and infinite numbers would become null.
    serialization: 'advanced',
  });
  const group = createMemberGroup({ metrics, log });
  const changes = createMemberChanges(group, log, { config: memberConfig(config) });
  const primary: Primary = {
    ...{ group, log, config, changes },
    ready: createDeferred(),
    isStarted: false,
    stopReason: undefined,
    unanswered: 0,
  };
  for (let i = 0; i < config.processes; i++) {
    startMember(primary, false);
  }
  setInterval(() => endHungMembers(primary), HEARTBEAT_MS).unref();
  const pin = watchPinOf(config, {
    changes,
    onError: (error) => log.write('warn', 'pin_unreadable', errorFields(error)),
    commit: () => changes.settings().config.modelCommit,
  });
  startShadowOf(config, {
    ready: primary.ready.promise,
    changes,
    candidate: () => changes.settings().candidate?.commit,
    isStopping: () => primary.stopReason !== undefined,
  });
  let stopped: Promise<number> | undefined;
  return {
    ready: primary.ready.promise,
    stop: (reason) => {
      pin?.stop();
      stopped ??= stopMembers(primary, reason);
      return stopped;
    },
    reopenLog: log.reopen,
    // While the first version is loaded, another one can't be.
    readPin: (by) => primary.ready.promise.then(() => pin?.read(by)),
    reloadFiles: async () => group.broadcast({ type: 'reload-files' }),
  };
}

function memberConfig(config: Config): Config {
  return {
    ...config,
    workers: Math.floor(config.workers / config.processes),
    logFile: undefined,
    // Feedback may reach another process than the one that predicted.
    feedbackKey: config.feedbackKey ?? randomBytes(32).toString('hex'),
  };
}

function startMember(primary: Primary, isReplacement: boolean): void {
  const worker = cluster.fork();
  const member = primary.group.add(worker);
  passLines(worker.process.stdout as Readable, member, primary.log);
  worker.on('message', (message: ToPrimary) => {
    onMessage(primary, member, isReplacement, message);
  });
  worker.on('exit', (code, signal) => {
    onExit(primary, member, signal ? `by ${signal}` : `with code ${code}`);
  });
}

function onMessage(
  primary: Primary,
  member: Member,
  isReplacement: boolean,
  message: ToPrimary,
): void {
  const { group, changes, stopReason, ready } = primary;
  const { worker } = member;
  member.heardAt = Date.now();
  switch (message.type) {
    case 'online':
      member.isOnline = true;
      send(
        worker,
        stopReason === undefined
          ? { type: 'start', ...changes.settings(), isReplacement }
          : { type: 'stop', reason: stopReason },
      );
      break;
    case 'ready':
      member.isReady = true;
      changes.onReady(message.commit);
      onReady(primary, member);
      break;
    case 'failed':
      ready.reject(new ProcessError(message.message));
      break;
    case 'complete':
      member.onComplete();
      break;
    case 'collect':
      void group
        .collect(message.kind)
        .then((reports) => send(worker, { type: 'collected', id: message.id, reports }));
      break;
    case 'report':
      group.onReport(message.id, message.report);
      break;
    case 'change':
      void toResult(() => changes.run(message.change, message.author)).then((result) =>
        send(worker, { type: 'changed', id: message.id, result }),
      );
      break;
    case 'change-step':
      changes.onStep(message.id, message.result);
      break;
    case 'feedback':
      sendToOthers(group, member, message);
      break;
    case 'stopped':
      primary.unanswered += message.unanswered;
      member.hasStopped = true;
      break;
    case 'alive':
      break;
  }
}

function sendToOthers({ members }: MemberGroup, member: Member, message: ToMember): void {
  for (const other of members) {
    if (other !== member) {
      send(other.worker, message);
    }
  }
}

function onReady(primary: Primary, member: Member): void {
  if (primary.isStarted) {
    send(member.worker, { type: 'all-ready' });
  } else if ([...primary.group.members].every(({ isReady }) => isReady)) {
    primary.isStarted = true;
    primary.group.broadcast({ type: 'all-ready' });
    primary.ready.resolve();
  }
}

/** @param how such as `by SIGKILL`. */
function onExit(primary: Primary, member: Member, how: string): void {
  primary.group.remove(member);
  if (primary.stopReason !== undefined) {
    return;
  }
  if (!primary.isStarted) {
    primary.ready.reject(new ProcessError(`a process ended ${how} before it was ready`));
    return;
  }
  primary.log.write('error', 'process_restart', { message: `a process ended ${how}` });
  const restart = (): void => {
    if (primary.stopReason === undefined) {
      startMember(primary, true);
    }
  };
  setTimeout(restart, member.isReady ? 0 : RESTART_DELAY_MS);
}

/** One that was stopped by SIGSTOP, or whose event loop is blocked, sends nothing. */
function endHungMembers({ group }: Primary): void {
  for (const { worker, heardAt } of group.members) {
    if (Date.now() - heardAt > MAX_SILENCE_MS) {
      worker.process.kill('SIGKILL');
    }
  }
  group.broadcast({ type: 'alive' });
}

async function stopMembers(primary: Primary, reason: string): Promise<number> {
  primary.stopReason = reason;
  const { drainDelayMs, drainTimeoutMs } = primary.config;
  const limit = setTimeout(
    () => {
      for (const { worker, hasStopped } of primary.group.members) {
        // What it had not answered is not known: at least this one did not end as it should.
        primary.unanswered += hasStopped ? 0 : 1;
        worker.process.kill('SIGKILL');
      }
    },
    drainDelayMs + drainTimeoutMs + STOP_GRACE_MS,
  );
  await Promise.all(
    [...primary.group.members].map(({ worker, isOnline }) => {
      // After its last line has been read.
      const closed = once(worker.process, 'close');
      if (isOnline) {
        send(worker, { type: 'stop', reason });
      }
      return closed;
    }),
  );
  clearTimeout(limit);
  await primary.log.close(LOG_TIMEOUT_MS);
  return primary.unanswered;
}

/** Whole lines only: what two processes write at once would mix otherwise. */
function passLines(output: Readable, member: Member, log: Log): void {
  createInterface({ input: output }).on('line', (line) => {
    member.lines += log.pass(line) ? 1 : 0;
  });
}

/** What `Promise.withResolvers` returns, which Node 20 lacks. */
interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(reason: Error): void;
}

function createDeferred(): Deferred {
  let resolve: Deferred['resolve'] = () => undefined;
  let reject: Deferred['reject'] = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
