/** What the lists of phrases of all languages look like. */

export const LABELS = ['negative', 'neutral', 'positive'] as const;
export type Label = (typeof LABELS)[number];

/**
 * Whole clauses, at most 110 characters, that a reader would give this label with nothing around
 * them. They end in their own punctuation, and may name a slot, such as `{city}`.
 */
export interface Topic extends Readonly<Record<Label, readonly string[]>> {
  /** Without the sign. */
  readonly hashtags: readonly string[];
}

export interface Phrases {
  /** What a slot may stand for; within one text it stands for one thing. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** How people in a hurry, or moved, write a word. */
  readonly informal: Readonly<Record<string, string>>;
  /** A text stays with its topic. */
  readonly topics: Readonly<Record<string, Topic>>;
}
