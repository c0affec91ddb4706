/** Why texts were not classified. The HTTP layer alone knows which status each one becomes. */
export type ClassifierErrorCode =
  /** The queue has no room for the texts. */
  | 'queue-full'
  /** The worker died twice on the batch that held the text. */
  | 'worker-crashed'
  /** The model, its tokenizer or its configuration can't be used. */
  | 'bad-model'
  /** The classifier has been closed. */
  | 'closed';

export class ClassifierError extends Error {
  override readonly name = 'ClassifierError';
  readonly code: ClassifierErrorCode;

  constructor(code: ClassifierErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
