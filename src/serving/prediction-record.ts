/** All that is known of one answered prediction. */
export interface PredictionRecord {
  readonly requestId: string;
  readonly traceId?: string | undefined;
  /** Of the request; undefined where none is recorded. */
  readonly spanId?: string | undefined;
  /** The name of the key that the request came with. */
  readonly client?: string | undefined;
  readonly id: string;
  readonly model: string;
  readonly commit: string;
  readonly input: string;
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
  /** Probability of the likeliest language, also where it is below the identifier's threshold. */
  readonly languageConfidence: number;
  readonly tokens: number;
  readonly unknownRatio: number;
  readonly truncated: boolean;
  /** The bin of its topic; undefined where the version has none. */
  readonly topic: number | undefined;
  /** True where the classification was made for an earlier request. */
  readonly cached: boolean;
  readonly latencyMs: number;
}

/** What a client reported of an earlier prediction. */
export interface FeedbackRecord {
  readonly requestId: string;
  readonly id: string;
  /** First eight digits of the commit that predicted. */
  readonly commit: string;
  readonly predicted: string;
  readonly actual: string;
}
