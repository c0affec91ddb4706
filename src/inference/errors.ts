import { KnownError } from '../errors.ts';
import { ModelError } from '../version/errors.ts';

/** Why texts were not classified. */
export type ClassifierErrorCode =
  /** The queue has no room for the texts. Data: `retryAfterSeconds`. */
  | 'queue-full'
  /** The texts could not be answered in time. Data: `retryAfterSeconds`. */
  | 'would-wait-too-long'
  /** Two workers died while they ran the batch that held the text. */
  | 'worker-crashed'
  /** The model, its tokenizer or its configuration can't be used. */
  | 'bad-model'
  /** The classifier has been closed. */
  | 'closed';

export class ClassifierError extends KnownError<ClassifierErrorCode> {
  override readonly name = 'ClassifierError';
}

/**
 * Reads files of a version.
 *
 * @throws ClassifierError `bad-model` where the reader throws a ModelError; any other error as it is.
 */
export function orBadModel<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof ModelError
      ? new ClassifierError('bad-model', cause.message, { cause, data: cause.data })
      : cause;
  }
}
