/** Where replayed texts are classified: in this process, or by a running server. */

/** What a version answers for a text; scores have six decimals, as in the log. */
export interface ReplayedAnswer {
  readonly label: string;
  /** Of the label. */
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
}

export interface AnswerSource {
  /** How many texts should be classified at once. */
  readonly chunk: number;
  /** In the order of the texts. */
  classify(texts: readonly string[]): Promise<readonly ReplayedAnswer[]>;
  /**
   * What the version answers for a text alone and beside longer ones, where that can be tried: the runtime
   * may add in another order, and the int8 model rounds (docs/decisions/0017-replay.md).
   */
  alternatives(text: string): Promise<readonly ReplayedAnswer[]>;
  close(): Promise<void>;
}
