/**
 * Several processes that listen on one port, where the thread that talks to clients is what limits a
 * single one. This one answers nothing itself: it starts them, joins their logs, lets each answer for
 * all, and takes their counts over when one dies.
 */
import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import { clusterMemberModule } from '../entry-points.ts';
import type { Shares } from '../serve.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import { addCounters, createMetrics, type MetricsSnapshot } from '../telemetry/metrics.ts';
import { ProcessError } from './error.ts';
import type { ToPrimary, ToProcess } from './messages.ts';

/** A process that does not say what it has seen is left out, with what it last said. */
const SHARE_TIMEOUT_MS = 2_000;
/** Before a process that died while it started is started again. */
const RESTART_DELAY_MS = 1_000;

interface Member {
  readonly worker: Worker;
  /** It listens to messages; what was sent before may be lost. */
  isOnline: boolean;
  isReady: boolean;
  /** Its counters when it was last asked. */
  counters: MetricsSnapshot;
}

export interface Processes {
  /** Rejects where the first start of one failed. */
  readonly ready: Promise<void>;
  /** Resolves with the number of connections that still waited when all have ended. */
  stop(reason: string): Promise<number>;
}

/** Starts `config.processes` of them. */
export async function startProcesses(config: Config): Promise<Processes> {
  // This process has a registry too: of what it uses itself, and of lines that its log lost.
  const metrics = createMetrics(() => undefined);
  const log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onDrop: metrics.onLogDrop,
  });
  const memberConfig: Config = {
    ...config,
    workers: Math.floor(config.workers / config.processes),
    logFile: undefined,
    // Feedback may reach another process than the one that predicted.
    feedbackKey: config.feedbackKey ?? randomBytes(32).toString('hex'),
  };
  cluster.setupPrimary({
    exec: clusterMemberModule(),
    args: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // As JSON, numbers that are none would become null.
    serialization: 'advanced',
  });

  const members = new Set<Member>();
  /** The counters of those that have died. */
  let ended: Promise<MetricsSnapshot> = Promise.resolve([]);
  /** Why they are to end; undefined until then. */
  let stopReason: string | undefined;
  let unanswered = 0;
  let started = false;
  let onReady: () => void;
  let onFailed: (error: Error) => void;
  const ready = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    onFailed = reject;
  });
  const ask = createAsking();

  const fork = (isReplacement: boolean): void => {
    const worker = cluster.fork();
    const member: Member = { worker, isOnline: false, isReady: false, counters: [] };
    members.add(member);
    passLines(worker.process.stdout as Readable, log);
    worker.on('message', (message: ToPrimary) => {
      switch (message.type) {
        case 'online':
          member.isOnline = true;
          send(
            worker,
            stopReason === undefined
              ? { type: 'start', config: memberConfig, isReplacement }
              : { type: 'stop', reason: stopReason },
          );
          break;
        case 'ready':
          member.isReady = true;
          if (started) {
            send(worker, { type: 'all-ready' });
          } else if ([...members].every(({ isReady }) => isReady)) {
            started = true;
            for (const each of members) {
              send(each.worker, { type: 'all-ready' });
            }
            onReady();
          }
          break;
        case 'failed':
          onFailed(new ProcessError(message.message));
          break;
        case 'collect':
          void collect(message.kind, member).then((shares) =>
            send(worker, { type: 'shares', id: message.id, shares }),
          );
          break;
        case 'share':
          ask.answer(message.id, message.share);
          break;
        case 'stopped':
          unanswered += message.unanswered;
          break;
      }
    });
    worker.on('exit', (code, signal) => {
      members.delete(member);
      ended = ended.then((sum) => addCounters([sum, member.counters]));
      if (stopReason !== undefined) {
        return;
      }
      const how = signal ? `by ${signal}` : `with code ${code}`;
      if (!started) {
        onFailed(new ProcessError(`a process ended ${how} before it was ready`));
        return;
      }
      log.write('error', 'process_restart', { message: `a process ended ${how}` });
      setTimeout(
        () => {
          if (stopReason === undefined) {
            fork(true);
          }
        },
        member.isReady ? 0 : RESTART_DELAY_MS,
      );
    });
  };

  /** What all but the one that asks have to say, for metrics this process and the ended ones too. */
  async function collect(kind: keyof Shares, asking: Member): Promise<unknown[]> {
    const shares: unknown[] = [];
    const shareOf = async (member: Member): Promise<void> => {
      let share = await ask.ask(member.worker, kind);
      if (kind === 'metrics') {
        member.counters = (share as MetricsSnapshot | undefined) ?? member.counters;
        share = member.counters;
      }
      if (member !== asking && share !== undefined) {
        shares.push(share);
      }
    };
    // The one that asks as well: its counters are kept here in case that it dies.
    await Promise.all([...members].filter(({ isReady }) => isReady).map(shareOf));
    return kind === 'metrics' ? [...shares, await metrics.snapshot(), await ended] : shares;
  }

  for (let i = 0; i < config.processes; i++) {
    fork(false);
  }

  const end = async (reason: string): Promise<number> => {
    stopReason = reason;
    await Promise.all(
      [...members].map(({ worker, isOnline }) => {
        // After its last line has been read.
        const closed = once(worker.process, 'close');
        if (isOnline) {
          send(worker, { type: 'stop', reason });
        }
        return closed;
      }),
    );
    await log.close();
    return unanswered;
  };
  let stopped: Promise<number> | undefined;
  return {
    ready,
    stop: (reason) => {
      stopped ??= end(reason);
      return stopped;
    },
  };
}

/** Questions that are open, and their answers. */
function createAsking() {
  const open = new Map<number, (share: unknown) => void>();
  let last = 0;
  return {
    /** @returns undefined where no answer comes. */
    ask: (worker: Worker, kind: keyof Shares): Promise<unknown> =>
      new Promise((resolve) => {
        last++;
        const id = last;
        const settle = (share: unknown): void => {
          clearTimeout(timer);
          open.delete(id);
          resolve(share);
        };
        const timer = setTimeout(settle, SHARE_TIMEOUT_MS, undefined);
        open.set(id, settle);
        send(worker, { type: 'share', kind, id });
      }),
    answer: (id: number, share: unknown): void => open.get(id)?.(share),
  };
}

/** Whole lines only: what two processes write at once would mix otherwise. */
function passLines(output: Readable, log: Log): void {
  createInterface({ input: output }).on('line', log.pass);
}

function send(worker: Worker, message: ToProcess): void {
  if (worker.isConnected()) {
    worker.send(message);
  }
}
