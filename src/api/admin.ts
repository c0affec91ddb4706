/** `/admin`: what serves, what is a candidate, and how both are changed. */
import { z } from 'zod';
import { commitSchema } from './model.ts';
import { scoreSchema } from './predict.ts';

const shareSchema = z.number().min(0).max(1);
/** Its form is checked later, with a message that says more. */
const requestedCommitSchema = z
  .string('expected a full commit SHA')
  .max(256, 'expected a full commit SHA');
const countSchema = z.int().min(0);

/** `PUT /admin/model`. */
export const swapRequestSchema = z.strictObject({ commit: requestedCommitSchema });

/** `PUT /admin/shadow`. */
export const shadowRequestSchema = z.strictObject({
  commit: requestedCommitSchema,
  /** Of the texts. */
  share: z
    .number('expected a number from 0 to 1')
    .min(0, 'expected a number from 0 to 1')
    .max(1, 'expected a number from 0 to 1'),
  /** For a candidate with other labels: which label of the version that serves each of them is. */
  labelMap: z
    .record(z.string().max(256), z.string().max(256), 'expected an object of labels')
    .optional(),
});

export const changeTypeSchema = z.enum(['swap', 'shadow', 'end-shadow', 'promote', 'rollback']);

/** The answer to every change. */
export const changeResponseSchema = z.object({
  type: changeTypeSchema,
  /** The version, or the candidate, before. */
  from: commitSchema.nullable(),
  /** The version that serves, or the candidate, now. */
  to: commitSchema.nullable(),
  /** False where it was so already. */
  changed: z.boolean(),
  warnings: z.array(z.string()).readonly(),
});

const versionSchema = z.object({
  name: z.string(),
  commit: commitSchema,
  /** Such as `v1.0.0`; absent where the commit has no tag. */
  tag: z.string().optional(),
  /** ISO 8601. */
  loadedAt: z.iso.datetime(),
});

/** `GET /admin`. */
export const adminStatusSchema = z.object({
  /** What serves; null while it is being loaded. */
  model: versionSchema.nullable(),
  candidate: versionSchema.extend({ share: shareSchema, since: z.iso.datetime() }).nullable(),
  /** What `POST /admin/rollback` serves again. */
  previous: z.object({ commit: commitSchema, loaded: z.boolean() }).nullable(),
});

const scopeVerdictSchema = z.object({
  texts: countSchema,
  /** Share of the texts on which both agree, with its interval of 95 %; absent without texts. */
  agreement: z.object({ share: shareSchema, low: shareSchema, high: shareSchema }).optional(),
  /** The most frequent ones. */
  changes: z
    .array(z.object({ primary: z.string(), candidate: z.string(), texts: countSchema }))
    .readonly(),
  /** Texts whose right label was reported. */
  feedback: z.object({
    bothRight: countSchema,
    primaryRight: countSchema,
    candidateRight: countSchema,
    bothWrong: countSchema,
  }),
  /** That both are right equally often; valid however often it is looked at. */
  pValue: z.number().min(0).max(1),
  /** Mean scores of the right labels, and the p-value that the candidate's is not lower. */
  rightLabel: z
    .object({
      texts: countSchema,
      primary: scoreSchema,
      candidate: scoreSchema,
      pValue: z.number().min(0).max(1),
    })
    .optional(),
  /** Whether the candidate is right more often; also worse where its scores alone are. */
  decision: z.enum(['better', 'worse', 'undecided']),
  isByLabels: z.boolean(),
});

export const verdictSchema = z.object({
  all: scopeVerdictSchema,
  languages: z.record(z.string(), scopeVerdictSchema),
});

const labelledSchema = z.object({ label: z.string(), score: scoreSchema });

/** `GET /admin/shadow`. */
export const shadowStatusSchema = z.object({
  primary: versionSchema,
  candidate: versionSchema,
  share: shareSchema,
  since: z.iso.datetime(),
  /** In sentences. */
  summary: z.array(z.string()).readonly(),
  verdict: verdictSchema,
  /** The last texts with different labels, as the log has them. */
  examples: z
    .array(
      z.object({
        input: z.string().optional(),
        language: z.string(),
        primary: labelledSchema,
        candidate: labelledSchema,
      }),
    )
    .readonly(),
  /** Texts that the candidate was to predict and did not. */
  dropped: countSchema,
});

export type SwapRequest = z.infer<typeof swapRequestSchema>;
export type ShadowRequest = z.infer<typeof shadowRequestSchema>;
export type ChangeResponse = z.infer<typeof changeResponseSchema>;
export type AdminStatus = z.infer<typeof adminStatusSchema>;
export type AdminVersion = z.infer<typeof versionSchema>;
export type ShadowStatus = z.infer<typeof shadowStatusSchema>;
