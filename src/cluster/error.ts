import { KnownError } from '../errors.ts';

/** One of several processes could not start. */
export class ProcessError extends KnownError<'process-failed'> {
  override readonly name = 'ProcessError';

  constructor(message: string) {
    super('process-failed', message);
  }
}
