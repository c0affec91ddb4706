/** Where the output goes. */
import type { Progress } from '../checkpoint.ts';

export interface Sink {
  /** Where an interrupted run ended, which this one continues. */
  readonly before?: Progress | undefined;
  /** Resolves when more can be written. */
  write(text: string): Promise<void>;
  /** Everything was written that belongs to this state of the run. */
  checkpoint(progress: Omit<Progress, 'bytes'>): Promise<void>;
  /** The output is complete. */
  complete(): Promise<void>;
  /** Also where it is not complete. */
  close(): Promise<void>;
}
