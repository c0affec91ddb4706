/** The messages between the pool and a worker thread, and what they contain. */

/** A layer of the model, declared as one of its outputs, and the planes that divide it. */
export interface TopicLayer {
  readonly hiddenName: string;
  /** As `createPlanes` returns them. */
  readonly planes: Float64Array;
}

/** A golden text, perhaps with the ids that the library of its training computed. */
export interface TokenizedText {
  readonly text: string;
  readonly ids?: readonly number[] | undefined;
}

/** Pool → worker, once, as `workerData`. */
export interface StartupMessage {
  /** The bytes of `model.onnx` and `tokenizer.json`. */
  readonly model: Uint8Array;
  readonly tokenizer: Uint8Array;
  /** The worker does not start where its tokenizer computes other ids. */
  readonly goldenTexts: readonly TokenizedText[];
  /** Number of labels that the model distinguishes. */
  readonly labelCount: number;
  /** Maximum number of tokens that the model accepts, special ones included. */
  readonly window: number;
  readonly padId: number;
  /** The graph computes nothing but attention for padding. */
  readonly paddingFree: boolean;
  /**
   * Int8 products without saturation (`session.x64quantprecision` of ONNX Runtime). AVX2 adds pairs of
   * products in 16 bits, which weights of more than 7 bits can overflow; with VNNI there is no overflow,
   * and this only costs time.
   */
  readonly nonSaturatingInt8: boolean;
  /** What the topics are computed from; undefined where the model has no such layer. */
  readonly topic: TopicLayer | undefined;
  /** Intra-op threads for single requests; with 1, there is no separate session for them. */
  readonly intraOpThreads: number;
  /** `clockOffsetMs` of the pool's thread. */
  readonly clockOffsetMs: number;
}

/** Pool → worker. */
export type RequestMessage =
  | {
      readonly type: 'classify';
      readonly texts: readonly string[];
      /** As `createGivenUp` has it. */
      readonly givenUp: Uint8Array;
      /** The batch is one text, and no other worker is busy. */
      readonly isSingleRequest: boolean;
    }
  /** Release the sessions and end. */
  | { readonly type: 'close' };

/** Times of `performance.now()` in the thread of the pool. */
export interface Interval {
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One run of the model; a batch takes one or more. */
export interface Run extends Interval {
  readonly texts: number;
}

/** What a worker did for a batch, and when. */
export interface WorkerReport {
  readonly threadId: number;
  readonly tokenizing: Interval;
  readonly runs: readonly Run[];
}

/** What the model returned for a batch, in the order of its texts; zeros for those that were given up. */
export interface BatchResult extends WorkerReport {
  /** `[texts, labels]`, row by row. */
  readonly logits: Float32Array;
  /** Tokens that the model received, special ones included: `[texts]`. */
  readonly tokens: Uint32Array;
  /** How many of them are the unknown token: `[texts]`. */
  readonly unknown: Uint32Array;
  /** 1 if the text was truncated to the window, else 0: `[texts]`. */
  readonly truncated: Uint8Array;
  /** `[texts, PLANES]` of topic/topic.ts, row by row; empty for a model without such a layer. */
  readonly projections: Float64Array;
}

/** Worker → pool. */
export type ResponseMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly result: BatchResult }
  /** The model could not be run on the batch; the worker can receive the next one. */
  | { readonly type: 'error'; readonly message: string };
