/** The members of a primary process: what they report, and messages to all of them. */
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../telemetry/log/log.ts';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import { addCounters, type MetricsSnapshot, takeMetric } from '../telemetry/metrics/snapshot.ts';
import type { ReportKind, ToMember } from './messages.ts';
import { createPending } from './pending.ts';

/** A member that does not report in time is left out, or counted as it reported last. */
const REPORT_TIMEOUT_MS = 2_000;
/** A report may come before the log lines that were written before it: they take another way. */
const LINES_TIMEOUT_MS = 200;
const LINES_CHECK_MS = 2;
/** Only the primary writes lines to the log: those that its members count have only reached the primary. */
const LINES_METRIC = 'prediction_log_lines_total';

export interface Member {
  readonly worker: Worker;
  /** Resolves when it has ended. */
  readonly ended: Promise<undefined>;
  /** It receives messages; what was sent before may be lost. */
  isOnline: boolean;
  isReady: boolean;
  /** Resolves when it has all that the others have, such as their candidate, as far as it can be loaded. */
  readonly complete: Promise<void>;
  readonly onComplete: () => void;
  /** When it sent its last message, milliseconds since 1970. */
  heardAt: number;
  /** It has answered what it had accepted. */
  hasStopped: boolean;
  /** Its metrics when it reported them last. */
  metrics: MetricsSnapshot;
  /** Lines of predictions that the primary has received from it. */
  lines: number;
}

export interface MemberGroup {
  readonly members: ReadonlySet<Member>;
  add(worker: Worker): Member;
  /** The counters of a member that has ended still count. */
  remove(member: Member): void;
  broadcast(message: ToMember): void;
  /**
   * The reports of all members; of metrics, also those of the primary and of the members that have ended.
   * A requester uses its own report from here too: were it to add what it has counted since, and die, the
   * sum would fall.
   */
  collect(kind: ReportKind): Promise<unknown[]>;
  onReport(id: number, report: unknown): void;
}

interface State {
  /** Of the primary itself. */
  readonly metrics: Pick<Metrics, 'snapshot'>;
  readonly log: Pick<Log, 'flush'>;
  readonly members: Set<Member>;
  readonly pending: ReturnType<typeof createPending<unknown>>;
  /** Counters of the members that have ended. */
  ended: Promise<MetricsSnapshot>;
}

export function createMemberGroup(options: Pick<State, 'metrics' | 'log'>): MemberGroup {
  const members = new Set<Member>();
  const pending = createPending<unknown>();
  const state: State = { ...options, members, pending, ended: Promise.resolve([]) };
  return {
    members,
    add: (worker) => {
      let onComplete = (): void => undefined;
      const complete = new Promise<void>((resolve) => {
        onComplete = resolve;
      });
      const member: Member = {
        ...{ worker, complete, onComplete },
        ended: once(worker, 'exit').then(() => undefined),
        isOnline: false,
        isReady: false,
        heardAt: Date.now(),
        hasStopped: false,
        metrics: [],
        lines: 0,
      };
      members.add(member);
      return member;
    },
    remove: (member) => {
      members.delete(member);
      state.ended = state.ended.then((sum) => addCounters([sum, member.metrics]));
    },
    broadcast: (message) => {
      for (const { worker } of members) {
        send(worker, message);
      }
    },
    collect: (kind) => (kind === 'metrics' ? collectMetrics(state) : collectReports(state, kind)),
    onReport: pending.resolve,
  };
}

async function collectReports({ members, pending }: State, kind: ReportKind): Promise<unknown[]> {
  const reports = await Promise.all(readyOf(members).map((each) => report(pending, each, kind)));
  return reports.filter((each) => each !== undefined);
}

async function collectMetrics({ members, pending, ended, metrics, log }: State) {
  const ready = readyOf(members);
  // Taken with `ready`: a member that ends meanwhile is in one of the two, not in both.
  const earlier = await ended;
  const reports = await Promise.all(
    ready.map(async (member) => {
      const received = await report(pending, member, 'metrics');
      if (received !== undefined) {
        const { value, others } = takeMetric(received as MetricsSnapshot, LINES_METRIC);
        member.metrics = others;
        await linesReceived(member, value);
      }
      return member.metrics;
    }),
  );
  await log.flush(LINES_TIMEOUT_MS);
  return [...reports, await metrics.snapshot(), earlier];
}

function readyOf(members: ReadonlySet<Member>): Member[] {
  return [...members].filter(({ isReady }) => isReady);
}

/** Undefined where the member does not report in time, or has ended. */
function report(
  pending: State['pending'],
  { worker, ended }: Member,
  kind: ReportKind,
): Promise<unknown> {
  return Promise.race([
    pending.request((id) => send(worker, { type: 'report', kind, id }), REPORT_TIMEOUT_MS),
    ended,
  ]);
}

/** Resolves when the primary has received as many lines of the member, or after a time. */
async function linesReceived(member: Member, lines: number): Promise<void> {
  const end = Date.now() + LINES_TIMEOUT_MS;
  while (member.lines < lines && Date.now() < end) {
    await sleep(LINES_CHECK_MS);
  }
}

export function send(worker: Worker, message: ToMember): void {
  if (worker.isConnected()) {
    worker.send(message);
  }
}
