/** A row with what the model returned for its text. */
import type { Classification } from '../inference/classification.ts';
import type { PlacedRow } from './windows.ts';

export interface ScoredRow {
  readonly row: PlacedRow;
  /** Undefined where the row has no text that can be classified. */
  readonly classification: Classification | undefined;
  /** Why it was not classified. */
  readonly error: string | undefined;
}
