/** What passes between the pool and a worker thread. */

/** Pool → worker, once, as `workerData`. */
export interface StartupMessage {
  /** `model.onnx` and `tokenizer.json`, read and checked before. */
  readonly model: Uint8Array;
  readonly tokenizer: Uint8Array;
  /** How many labels the model tells apart. */
  readonly labelCount: number;
  /** Tokens that it can take, special ones included. */
  readonly window: number;
  readonly padId: number;
  /** Padding takes part in attention alone. */
  readonly paddingFree: boolean;
  /**
   * Int8 products without saturation. AVX2 adds pairs of products in 16 bits, which weights of more
   * than 7 bits can overflow; with VNNI nothing can, and this only costs time.
   */
  readonly nonSaturatingInt8: boolean;
  /** CPUs that a text may use while nothing else is asked; 1: it has no session of its own for that. */
  readonly intraOpThreads: number;
}

/** Pool → worker. */
export type RequestMessage =
  | {
      readonly type: 'classify';
      readonly texts: readonly string[];
      /** It is one text, and no other worker is busy. */
      readonly isSingleRequest: boolean;
    }
  /** Release the session and end. */
  | { readonly type: 'close' };

/** One run of the model inside a batch. */
export interface Run {
  readonly texts: number;
  readonly durationMs: number;
}

/** Raw outcome of a batch, in the order of its texts. */
export interface BatchResult {
  /** `[texts, labels]`, row by row. */
  readonly logits: Float32Array;
  /** Tokens fed to the model, special ones included: `[texts]`. */
  readonly tokens: Uint32Array;
  /** How many of them are the unknown token: `[texts]`. */
  readonly unknown: Uint32Array;
  /** 1 where the text was cut to the window: `[texts]`. */
  readonly truncated: Uint8Array;
  readonly runs: readonly Run[];
}

/** Worker → pool. */
export type ResponseMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly result: BatchResult }
  /** The model refused its input or could not be loaded; the worker itself is well. */
  | { readonly type: 'error'; readonly message: string };
