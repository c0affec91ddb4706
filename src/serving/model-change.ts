/** What can be changed of the models of a running server, and what came of it. */

/** The labels of a candidate, each with the label of the primary that it is compared as. */
export type LabelMap = Readonly<Record<string, string>>;

export type ModelChange =
  /** Serve another version. */
  | { readonly type: 'swap'; readonly commit: string }
  /** Load a candidate, or change its share: it predicts a share of the texts, and answers none. */
  | {
      readonly type: 'shadow';
      readonly commit: string;
      /** Of the texts, 0 to 1. */
      readonly share: number;
      readonly labelMap?: LabelMap | undefined;
    }
  | { readonly type: 'end-shadow' }
  /** The candidate becomes the primary. */
  | { readonly type: 'promote' }
  /** The version before serves again. `commit`: where another process knows which one that is. */
  | { readonly type: 'rollback'; readonly commit?: string | undefined };

export interface ChangeOutcome {
  readonly type: ModelChange['type'];
  /** The version that served before, or the candidate before; undefined where there was none. */
  readonly from: string | undefined;
  /** The version that serves, or the candidate; undefined where there is none. */
  readonly to: string | undefined;
  /** False where it was so already. */
  readonly isChanged: boolean;
  /** What the requester should know, such as other labels. */
  readonly warnings: readonly string[];
  /** The candidate can't be compared with what serves now: there is none any more. */
  readonly endsCandidate?: true;
}

/** Loaded and checked; nothing is changed yet. One of the two is to be called, once. */
export interface PreparedChange {
  readonly outcome: ChangeOutcome;
  /** @throws ChangeError `draining` where the server has begun to stop. */
  apply(): void;
  abandon(): Promise<void>;
}

/** Who requested a change, for the log. */
export interface ChangeAuthor {
  /** Name of a token, or of a setting or signal. */
  readonly by: string;
  readonly requestId?: string | undefined;
}
