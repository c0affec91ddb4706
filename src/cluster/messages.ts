/** What passes between the primary process and the members that listen on its port. */
import type { Config } from '../config/config.ts';
import type { ChangeErrorCode } from '../serving/errors.ts';
import type { ChangeAuthor, ChangeOutcome, ModelChange } from '../serving/model-change.ts';
import type { ProcessReports } from '../telemetry/process-group.ts';

export type ReportKind = keyof ProcessReports;

/** What a member starts with. */
export interface MemberSettings {
  readonly config: Config;
  /** What the members that run already have, besides the version that serves. */
  readonly candidate?: Extract<ModelChange, { type: 'shadow' }> | undefined;
  readonly previous?: string | undefined;
}

/** An error's class does not pass from process to process. */
export type ChangeResult =
  | { readonly status: 'done'; readonly outcome: ChangeOutcome }
  | {
      readonly status: 'failed';
      readonly code: ChangeErrorCode | undefined;
      readonly message: string;
    };

/** Primary → member. */
export type ToMember =
  /** Once. The replacement of a dead member listens when it can predict. */
  | ({ readonly type: 'start'; readonly isReplacement: boolean } & MemberSettings)
  | { readonly type: 'all-ready' }
  /** Requests the member's own report. */
  | { readonly type: 'report'; readonly kind: ReportKind; readonly id: number }
  /** The reports of all processes, which the member has requested. */
  | { readonly type: 'collected'; readonly id: number; readonly reports: readonly unknown[] }
  /** Requests that a change is prepared, and then applied or abandoned; each is answered by `change-step`. */
  | { readonly type: 'prepare'; readonly id: number; readonly change: ModelChange }
  | { readonly type: 'settle'; readonly id: number; readonly isApplied: boolean }
  /** What came of a change that the member has requested. */
  | { readonly type: 'changed'; readonly id: number; readonly result: ChangeResult }
  /** Feedback that another member has received. */
  | { readonly type: 'feedback'; readonly predictionId: string; readonly actual: string }
  /** Requests that API_KEYS_FILE is read again. */
  | { readonly type: 'reload-files' }
  | { readonly type: 'stop'; readonly reason: string }
  /** Asks for a sign of life. */
  | { readonly type: 'alive' };

/** Member → primary. */
export type ToPrimary =
  /** It receives messages: what is sent before is lost. */
  | { readonly type: 'online' }
  | { readonly type: 'ready'; readonly commit: string }
  | { readonly type: 'failed'; readonly message: string }
  /** It has what the others have, besides the version: changes may be prepared. */
  | { readonly type: 'complete' }
  /** Requests the reports of all processes. */
  | { readonly type: 'collect'; readonly kind: ReportKind; readonly id: number }
  | { readonly type: 'report'; readonly id: number; readonly report: unknown }
  /** Requests a change of all processes. */
  | {
      readonly type: 'change';
      readonly id: number;
      readonly change: ModelChange;
      readonly author: ChangeAuthor;
    }
  /** The outcome of `prepare` or `settle`. */
  | { readonly type: 'change-step'; readonly id: number; readonly result: ChangeResult }
  | { readonly type: 'feedback'; readonly predictionId: string; readonly actual: string }
  | { readonly type: 'stopped'; readonly unanswered: number }
  | { readonly type: 'alive' };
