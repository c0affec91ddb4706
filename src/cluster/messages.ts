/** What passes between the primary process and the members that listen on its port. */
import type { Config } from '../config/config.ts';
import type { ProcessReports } from '../telemetry/process-group.ts';

export type ReportKind = keyof ProcessReports;

/** Primary → member. */
export type ToMember =
  /** Once. The replacement of a dead member listens when it can predict. */
  | { readonly type: 'start'; readonly config: Config; readonly isReplacement: boolean }
  | { readonly type: 'all-ready' }
  /** Requests the member's own report. */
  | { readonly type: 'report'; readonly kind: ReportKind; readonly id: number }
  /** The reports of all processes, which the member has requested. */
  | { readonly type: 'collected'; readonly id: number; readonly reports: readonly unknown[] }
  | { readonly type: 'stop'; readonly reason: string }
  /** Asks for a sign of life. */
  | { readonly type: 'alive' };

/** Member → primary. */
export type ToPrimary =
  /** It receives messages: what is sent before is lost. */
  | { readonly type: 'online' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  /** Requests the reports of all processes. */
  | { readonly type: 'collect'; readonly kind: ReportKind; readonly id: number }
  | { readonly type: 'report'; readonly id: number; readonly report: unknown }
  | { readonly type: 'stopped'; readonly unanswered: number }
  | { readonly type: 'alive' };
