import { KnownError } from '../../errors.ts';

/** Why there is no report; the message is for the user of `drift`. */
export class DriftError extends KnownError<'no-report'> {
  override readonly name = 'DriftError';

  constructor(message: string, options?: ErrorOptions) {
    super('no-report', message, options);
  }
}
