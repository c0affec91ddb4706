/** The members of a primary process: what they report, and messages to all of them. */
import type { Worker } from 'node:cluster';
import type { Metrics } from '../telemetry/metrics/metrics.ts';
import { addCounters, type MetricsSnapshot } from '../telemetry/metrics/snapshot.ts';
import type { ReportKind, ToMember } from './messages.ts';
import { createPending } from './pending.ts';

/** A member that does not report in time is left out, or counted as it reported last. */
const REPORT_TIMEOUT_MS = 2_000;

export interface Member {
  readonly worker: Worker;
  /** It receives messages; what was sent before may be lost. */
  isOnline: boolean;
  isReady: boolean;
  /** When it sent its last message, milliseconds since 1970. */
  heardAt: number;
  /** It has answered what it had accepted. */
  hasStopped: boolean;
  /** Its counters when it reported them last. */
  counters: MetricsSnapshot;
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

/** @param metrics of the primary itself. */
export function createMemberGroup(metrics: Metrics): MemberGroup {
  const members = new Set<Member>();
  const pending = createPending<unknown>();
  let ended: Promise<MetricsSnapshot> = Promise.resolve([]);

  const report = async (member: Member, kind: ReportKind): Promise<unknown> => {
    const sendRequest = (id: number): void => send(member.worker, { type: 'report', kind, id });
    const received = await pending.request(sendRequest, REPORT_TIMEOUT_MS);
    if (kind !== 'metrics') {
      return received;
    }
    member.counters = (received as MetricsSnapshot | undefined) ?? member.counters;
    return member.counters;
  };

  return {
    members,
    add: (worker) => {
      const member: Member = {
        worker,
        isOnline: false,
        isReady: false,
        heardAt: Date.now(),
        hasStopped: false,
        counters: [],
      };
      members.add(member);
      return member;
    },
    remove: (member) => {
      members.delete(member);
      ended = ended.then((sum) => addCounters([sum, member.counters]));
    },
    broadcast: (message) => {
      for (const { worker } of members) {
        send(worker, message);
      }
    },
    collect: async (kind) => {
      const ready = [...members].filter(({ isReady }) => isReady);
      const reports = await Promise.all(ready.map((member) => report(member, kind)));
      const received = reports.filter((report) => report !== undefined);
      return kind === 'metrics' ? [...received, await metrics.snapshot(), await ended] : received;
    },
    onReport: pending.resolve,
  };
}

export function send(worker: Worker, message: ToMember): void {
  if (worker.isConnected()) {
    worker.send(message);
  }
}
