/** `GET /console/data`: what the console shows. Its shape may change with any version. */
import { z } from 'zod';
import { commitSchema, modelReferenceSchema } from './model.ts';
import { scoreSchema } from './predict.ts';

const countSchema = z.int().min(0);
const ratioSchema = z.number().min(0).max(1);
/** Seconds since 1970, within the range of `Date`. */
const timeSchema = z.number().min(0).max(8.64e12);
const countsByNameSchema = z.record(z.string(), countSchema);

const serviceWindowSchema = z.object({
  /** Requests for predictions: answered, refused with 429, failed with 5xx. */
  answered: countSchema,
  refused: countSchema,
  failed: countSchema,
  /** Of answered requests, in milliseconds; absent without any. */
  latency: z.object({ p50: z.number(), p99: z.number() }).optional(),
});

const historyStepSchema = serviceWindowSchema.extend({
  /** When the step began. */
  at: timeSchema,
  /** Predictions; a name without any is absent. */
  labels: countsByNameSchema,
  languages: countsByNameSchema,
  /** Texts that the candidate predicted too, and on how many both agree, by language. */
  compared: z.record(z.string(), z.object({ texts: countSchema, agreed: countSchema })),
});

const recentWindowSchema = serviceWindowSchema.extend({
  windowSeconds: z.number(),
  /** Seconds of the window since the first request; what rates are divided by. */
  seconds: z.number(),
  texts: countSchema,
});

const requestShareSchema = z.object({ count: countSchema, requests: countSchema });

/** Null where there is no alarm. */
const serviceAlarmsSchema = z.object({
  noWorker: z.boolean(),
  failedRequests: requestShareSchema.nullable(),
  refusedRequests: requestShareSchema.nullable(),
  queueNearlyFull: z.object({ length: countSchema, capacity: countSchema }).nullable(),
  /** In milliseconds. */
  slowAnswers: z.object({ p99: z.number() }).nullable(),
});

const binDriftSchema = z.object({
  bin: z.string(),
  count: countSchema,
  /** Share of the observations. */
  observed: ratioSchema,
  /** Share of the training data. */
  reference: ratioSchema,
  /** What the bin adds to the stability index of its feature. */
  contribution: z.number(),
});

const featureDriftSchema = z.object({
  feature: z.string(),
  observations: countSchema,
  /** Population stability index; absent without observations. */
  stabilityIndex: z.number().optional(),
  verdict: z.enum(['too_few', 'stable', 'moving', 'changed']),
  bins: z.array(binDriftSchema).readonly(),
});

const driftAlarmSchema = z.object({
  kind: z.enum([
    ...['foreign_language', 'undetermined', 'label_mix', 'score', 'length', 'topic'],
    'unknown_tokens',
  ] as const),
  feature: z.string(),
  /** A language or a label; null where several bins are judged together. */
  bin: z.string().nullable(),
  reference: z.enum(['training', 'normal']),
  /** Of `observed`, `expected` and `threshold`. */
  measure: z.enum(['share', 'stability_index']),
  observed: z.number(),
  expected: z.number(),
  /** `observed` is further from `expected` than this. */
  threshold: z.number(),
  severity: z.enum(['page', 'ticket']),
  /** Name of the alert, and its section of the runbook. */
  alert: z.string(),
  runbook: z.string(),
});

/** The fields of a prediction's log line; LOG_INPUT decides about `input`. */
export const loggedPredictionSchema = z.object({
  at: timeSchema,
  request_id: z.string(),
  trace_id: z.string().optional(),
  id: z.string(),
  model: z.string(),
  commit: commitSchema,
  input: z.string().optional(),
  label: z.string(),
  score: scoreSchema,
  scores: z.record(z.string(), scoreSchema),
  language: z.string(),
  language_confidence: ratioSchema,
  tokens: countSchema,
  unknown_ratio: ratioSchema,
  truncated: z.boolean(),
  topic: countSchema.optional(),
  cached: z.boolean(),
  latency_ms: z.number().min(0),
});

const versionSchema = modelReferenceSchema.extend({ tag: z.string().optional() });

/** A version on the server's machine. */
const storedVersionSchema = z.object({
  commit: commitSchema,
  tag: z.string().optional(),
  /** Of its training data; empty where it has no profile. */
  languages: z.array(z.string()).readonly(),
});

export const consoleDataSchema = z.object({
  status: z.enum(['loading', 'ready', 'draining']),
  /** Absent unless the server is ready. */
  model: versionSchema.optional(),
  /** Absent where there is none. */
  candidate: versionSchema.extend({ share: ratioSchema, since: z.iso.datetime() }).optional(),
  /** What served before; absent where nothing did. */
  previous: z.object({ commit: commitSchema, loaded: z.boolean() }).optional(),
  /** The newest first. */
  versions: z.array(storedVersionSchema).readonly(),
  /** Whether `/admin` is on this port, on another one, or nowhere. */
  admin: z.enum(['here', 'other-port', 'off']),
  labels: z.array(z.string()).readonly(),
  /** Texts that wait for a worker, and how many may wait. */
  queue: z.object({ length: countSchema, capacity: countSchema }),
  /** How many workers are in each state. */
  workers: countsByNameSchema,
  /** Of the service itself, now or in the recent window. */
  alarms: serviceAlarmsSchema,
  /** Of the server's clock. */
  now: timeSchema,
  stepSeconds: z.number(),
  /** Oldest first; steps without requests are absent, the last step is not over. */
  steps: z.array(historyStepSchema).readonly(),
  recent: recentWindowSchema,
  drift: z.object({
    windowSeconds: z.number(),
    /** Of the stability index and its verdict. */
    thresholds: z.object({
      moving: z.number(),
      changed: z.number(),
      minObservations: countSchema,
    }),
    /** Empty where the version has no profile. */
    features: z.array(featureDriftSchema).readonly(),
    /** Pages first; empty where there is none. */
    alarms: z.array(driftAlarmSchema).readonly(),
    /** Languages of the training data. */
    known: z.array(z.string()).readonly(),
  }),
  /** Counts by predicted label, then by the right one. */
  feedback: z.record(z.string(), countsByNameSchema),
  /** The newest first. */
  predictions: z.array(loggedPredictionSchema).readonly(),
});

export type HistoryStep = z.infer<typeof historyStepSchema>;
export type BinDrift = z.infer<typeof binDriftSchema>;
export type FeatureDrift = z.infer<typeof featureDriftSchema>;
export type LoggedPrediction = z.infer<typeof loggedPredictionSchema>;
export type StoredVersion = z.infer<typeof storedVersionSchema>;
export type ConsoleData = z.infer<typeof consoleDataSchema>;
