/** The schema of the phrases of a language, one JSON file each. */

export const LABELS = ['negative', 'neutral', 'positive'] as const;
export type Label = (typeof LABELS)[number];

/**
 * By label: whole clauses of at most 110 characters to which a reader would give this label without
 * context. They have their own punctuation at the end, and may contain a slot, such as `{city}`.
 */
export interface Topic extends Readonly<Record<Label, readonly string[]>> {
  /** Without the `#`. */
  readonly hashtags: readonly string[];
}

export interface Phrases {
  /** The values of each slot; within one text, a slot has the same value everywhere. */
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** Words and their informal spelling. */
  readonly informal: Readonly<Record<string, string>>;
  /** All clauses of a text are from one topic. */
  readonly topics: Readonly<Record<string, Topic>>;
}
