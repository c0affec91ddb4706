/** A process of several could not start. */
export class ProcessError extends Error {
  override readonly name = 'ProcessError';
}
