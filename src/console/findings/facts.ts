import type { ConsoleData } from '../../api/console.ts';

/** What the sentences are made of. */
export interface Facts extends Omit<ConsoleData, 'findings'> {
  /** LOG_FILE, which commands name. */
  readonly logFile: string | undefined;
  /** BASELINES; undefined: there is no normal. */
  readonly baselines: string | undefined;
}
