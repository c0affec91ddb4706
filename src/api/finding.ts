/** What the console says first, and what to do about it. */
import { z } from 'zod';

/** Seconds since 1970, within the range of `Date`. */
export const timeSchema = z.number().min(0).max(8.64e12);

/** What a reader can do about a finding. */
const nextStepSchema = z.discriminatedUnion('type', [
  /** Shows the newest texts of some bins. */
  z.object({
    type: z.literal('texts'),
    text: z.string(),
    feature: z.string(),
    bins: z.array(z.string()).readonly(),
  }),
  /** A version that was trained on the languages. */
  z.object({
    type: z.literal('version'),
    text: z.string(),
    /** Its tag, or its commit. */
    version: z.string(),
    /** It is not compared yet, and the page can change that. */
    canCompare: z.boolean(),
  }),
  z.object({ type: z.literal('command'), text: z.string(), command: z.string() }),
  /** Shows the section of the runbook. */
  z.object({ type: z.literal('runbook'), text: z.string(), alert: z.string() }),
]);

export const findingSchema = z.object({
  /** `act`: as an alert that pages. `look`: as a ticket. */
  severity: z.enum(['fine', 'look', 'act']),
  /** Stays the same while only the numbers in the text change. */
  kind: z.string(),
  text: z.string(),
  /** What it means. */
  detail: z.string().optional(),
  steps: z.array(nextStepSchema).readonly(),
  /** Since when the alert fires in Prometheus; absent where it does not. */
  firingSince: timeSchema.optional(),
});

export type Finding = z.infer<typeof findingSchema>;
export type NextStep = z.infer<typeof nextStepSchema>;
