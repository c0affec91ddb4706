/** `GET /console/data`: what the console shows. Its shape may change with any version. */
import { z } from 'zod';
import { findingSchema, timeSchema } from './finding.ts';
import { commitSchema, modelReferenceSchema } from './model.ts';
import { scoreSchema } from './predict.ts';

const countSchema = z.int().min(0);
const ratioSchema = z.number().min(0).max(1);
const countsByNameSchema = z.record(z.string(), countSchema);
/** Of all replicas together, counts are estimates with a fraction. */
const amountSchema = z.number().min(0);
const amountsByNameSchema = z.record(z.string(), amountSchema);

const serviceWindowSchema = z.object({
  /** Requests for predictions: answered, refused with 429, failed with 5xx. */
  answered: amountSchema,
  refused: amountSchema,
  failed: amountSchema,
  /** Answered after more than 250 ms; absent where it is not counted. */
  slow: amountSchema.optional(),
  /** Of answered requests, in milliseconds; absent without any. */
  latency: z.object({ p50: z.number(), p99: z.number() }).optional(),
});

const historyStepSchema = serviceWindowSchema.extend({
  /** When the step began. */
  at: timeSchema,
  /** Predictions; a name without any is absent. */
  labels: amountsByNameSchema,
  languages: amountsByNameSchema,
  /** Texts that the candidate predicted too, and on how many both agree, by language. */
  compared: z.record(z.string(), z.object({ texts: countSchema, agreed: countSchema })),
});

const recentWindowSchema = serviceWindowSchema.extend({
  windowSeconds: z.number(),
  /** Seconds of the window since the first request; what rates are divided by. */
  seconds: z.number(),
  texts: countSchema,
});

const alertSchema = z.object({
  severity: z.enum(['page', 'ticket']),
  /** Name of the alert of deploy/prometheus, which is its section of the runbook. */
  alert: z.string(),
});

const serviceAlarmSchema = z.discriminatedUnion('kind', [
  alertSchema.extend({ kind: z.literal('no_worker') }),
  alertSchema.extend({
    kind: z.enum(['failed_requests', 'refused_requests']),
    count: countSchema,
    requests: countSchema,
  }),
  alertSchema.extend({
    kind: z.literal('queue_nearly_full'),
    length: countSchema,
    capacity: countSchema,
  }),
  /** Of the answers of the last minute. */
  alertSchema.extend({ kind: z.literal('slow_answers'), share: ratioSchema }),
]);

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

const driftAlarmSchema = alertSchema.extend({
  kind: z.enum([
    ...['foreign_language', 'undetermined', 'label_mix', 'score', 'length', 'topic'],
    'unknown_tokens',
  ] as const),
  feature: z.string(),
  /** A language or a label; null where the whole feature is judged. */
  bin: z.string().nullable(),
  reference: z.enum(['training', 'normal']),
  /** Of `observed`, `expected` and `threshold`. */
  measure: z.enum(['share', 'stability_index']),
  observed: z.number(),
  expected: z.number(),
  /** The alarm is raised where the two differ by more than this. */
  threshold: z.number(),
  runbook: z.string(),
});

/** The fields of a prediction's log line; LOG_INPUT decides about `input`. */
export const loggedPredictionSchema = z.object({
  at: timeSchema,
  request_id: z.string(),
  trace_id: z.string().optional(),
  span_id: z.string().optional(),
  client: z.string().optional(),
  id: z.string(),
  model: z.string(),
  commit: commitSchema,
  input: z.string().optional(),
  /** `input` is only the beginning of the text. */
  input_cut: z.boolean().optional(),
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

const firingAlertSchema = alertSchema.extend({
  summary: z.string(),
  /** The language of the alert, if it is of one. */
  language: z.string().optional(),
  /** Of its expression, such as the share of the texts. */
  value: z.number(),
  since: timeSchema,
});

/** What Prometheus has of all replicas. `off`: PROMETHEUS_URL is not set. */
const fleetStatusSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('off') }),
  z.object({ status: z.literal('waiting') }),
  z.object({ status: z.literal('unavailable'), reason: z.string() }),
  z.object({
    status: z.literal('ok'),
    /** Replicas by the version that they serve. */
    versions: z
      .array(
        z.object({
          ...{ commit: z.string(), tag: z.string(), replicas: countSchema },
          /** As that of this replica, of all that serve the version; absent without the recording rules. */
          estimatedAccuracy: ratioSchema.optional(),
        }),
      )
      .readonly(),
    /** Replicas that can't be scraped. */
    down: countSchema,
    alerts: z.array(firingAlertSchema).readonly(),
  }),
]);

const versionSchema = modelReferenceSchema.extend({ tag: z.string().optional() });

/** A version on the server's machine. */
const storedVersionSchema = z.object({
  commit: commitSchema,
  tag: z.string().optional(),
  /** Of its training data; empty where it has no profile. */
  languages: z.array(z.string()).readonly(),
  /** Empty where it has no profile. */
  labels: z.array(z.string()).readonly(),
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
  /** What there is to say, and what to do about it: the most serious first, at least one. */
  findings: z.array(findingSchema).readonly(),
  fleet: fleetStatusSchema,
  /** Of the service itself. */
  alarms: z.array(serviceAlarmSchema).readonly(),
  /** Of the server's clock. */
  now: timeSchema,
  stepSeconds: z.number(),
  /** Oldest first; steps without requests are absent, the last step is not over. */
  steps: z.array(historyStepSchema).readonly(),
  /** The last minute. */
  recent: recentWindowSchema,
  /** The window of most alert rules. */
  lasting: recentWindowSchema,
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
    alarms: z.array(driftAlarmSchema).readonly(),
    /** Shares by feature and bin of the deployment’s own normal; empty where there is none. */
    normal: z.record(z.string(), z.record(z.string(), ratioSchema)),
    /** Languages of the training data. */
    known: z.array(z.string()).readonly(),
    /** Mean score of the predicted label; absent where scores are not calibrated, or the window has too few texts. */
    estimatedAccuracy: z.object({ accuracy: ratioSchema, texts: countSchema }).optional(),
  }),
  /** Counts by predicted label, then by the right one. */
  feedback: z.record(z.string(), countsByNameSchema),
  /** The newest first. */
  predictions: z.array(loggedPredictionSchema).readonly(),
});

/** `GET /console/texts`: the newest predictions of some bins. */
export const consoleTextsSchema = z.object({
  predictions: z.array(loggedPredictionSchema).readonly(),
});

export const FLEET_RANGES = ['1h', '24h', '7d'] as const;

/** `GET /console/fleet`: all replicas together, by Prometheus. */
export const fleetHistorySchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('off') }),
  z.object({ status: z.literal('unavailable'), reason: z.string() }),
  z.object({
    status: z.literal('ok'),
    range: z.enum(FLEET_RANGES),
    now: timeSchema,
    stepSeconds: z.number(),
    spanSeconds: z.number(),
    /** Counts are estimates: rates multiplied by the step. */
    steps: z.array(historyStepSchema).readonly(),
    /** Texts of the last five minutes by language. */
    lasting: amountsByNameSchema,
    /** When a version began to serve. */
    deploys: z.array(z.object({ at: timeSchema, commit: z.string(), tag: z.string() })).readonly(),
  }),
]);

export type FiringAlert = z.infer<typeof firingAlertSchema>;
export type FleetStatus = z.infer<typeof fleetStatusSchema>;
export type FleetHistory = z.infer<typeof fleetHistorySchema>;
export type FleetRange = (typeof FLEET_RANGES)[number];
export type ConsoleTexts = z.infer<typeof consoleTextsSchema>;
export type DriftAlarm = z.infer<typeof driftAlarmSchema>;
export type ServiceAlarm = z.infer<typeof serviceAlarmSchema>;
export type HistoryStep = z.infer<typeof historyStepSchema>;
export type BinDrift = z.infer<typeof binDriftSchema>;
export type FeatureDrift = z.infer<typeof featureDriftSchema>;
export type LoggedPrediction = z.infer<typeof loggedPredictionSchema>;
export type StoredVersion = z.infer<typeof storedVersionSchema>;
export type ConsoleData = z.infer<typeof consoleDataSchema>;
