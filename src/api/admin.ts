/** `/admin`: what serves, what is a candidate, and how both are changed. */
import { z } from 'zod';
import { commitSchema } from './model.ts';
import { scoreSchema } from './predict.ts';

const shareSchema = z.number().min(0).max(1);
/** Its form is checked later, with a message that says more. */
const requestedCommitSchema = z
  .string('expected a full commit SHA')
  .max(256, 'expected a full commit SHA')
  .meta({ description: 'A full git commit SHA', pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' });
const countSchema = z.int().min(0);

/** `PUT /admin/model`. */
export const swapRequestSchema = z.strictObject({ commit: requestedCommitSchema });

/** `PUT /admin/shadow`. */
export const shadowRequestSchema = z.strictObject({
  commit: requestedCommitSchema,
  share: z
    .number('expected a number from 0 to 1')
    .min(0, 'expected a number from 0 to 1')
    .max(1, 'expected a number from 0 to 1')
    .describe('Share of the texts that the candidate predicts too'),
  labelMap: z
    .record(z.string().max(256), z.string().max(256), 'expected an object of labels')
    .optional()
    .describe(
      'For a candidate with other labels: which label of the version that serves each of them is',
    ),
});

export const changeTypeSchema = z.enum(['swap', 'shadow', 'end-shadow', 'promote', 'rollback']);

/** The answer to every change. */
export const changeResponseSchema = z.object({
  type: changeTypeSchema,
  from: commitSchema.nullable().describe('The version, or the candidate, before'),
  to: commitSchema.nullable().describe('The version that serves, or the candidate, now'),
  changed: z.boolean().describe('False where it was so already'),
  warnings: z.array(z.string()).readonly(),
});

const versionSchema = z.object({
  name: z.string(),
  commit: commitSchema,
  tag: z.string().optional().describe('Such as `v1.0.0`; absent where the commit has no tag'),
  loadedAt: z.iso.datetime(),
});

/** `GET /admin`. */
export const adminStatusSchema = z.object({
  model: versionSchema.nullable().describe('What serves; null while it is being loaded'),
  candidate: versionSchema.extend({ share: shareSchema, since: z.iso.datetime() }).nullable(),
  previous: z
    .object({ commit: commitSchema, loaded: z.boolean() })
    .nullable()
    .describe('What `POST /admin/rollback` serves again'),
});

const scopeVerdictSchema = z.object({
  texts: countSchema,
  agreement: z
    .object({ share: shareSchema, low: shareSchema, high: shareSchema })
    .optional()
    .describe(
      'Share of the texts on which both agree, with its interval of 95 %; absent without texts',
    ),
  changes: z
    .array(z.object({ primary: z.string(), candidate: z.string(), texts: countSchema }))
    .readonly()
    .describe('The most frequent ones'),
  feedback: z
    .object({
      bothRight: countSchema,
      primaryRight: countSchema,
      candidateRight: countSchema,
      bothWrong: countSchema,
    })
    .describe('Texts whose right label was reported'),
  pValue: z
    .number()
    .min(0)
    .max(1)
    .describe('That both are right equally often; valid however often it is looked at'),
  rightLabel: z
    .object({
      texts: countSchema,
      primary: scoreSchema,
      candidate: scoreSchema,
      pValue: z.number().min(0).max(1),
    })
    .optional()
    .describe(
      'Mean scores of the right labels, and the p-value that that of the candidate is not lower',
    ),
  decision: z
    .enum(['better', 'worse', 'undecided'])
    .describe('Whether the candidate is right more often; also worse where its scores alone are'),
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
  summary: z.array(z.string()).readonly().describe('In sentences'),
  verdict: verdictSchema,
  examples: z
    .array(
      z.object({
        input: z.string().optional(),
        language: z.string(),
        primary: labelledSchema,
        candidate: labelledSchema,
      }),
    )
    .readonly()
    .describe('The last texts with different labels, as the log has them'),
  dropped: countSchema.describe('Texts that the candidate was to predict and did not'),
});

export type SwapRequest = z.infer<typeof swapRequestSchema>;
export type ShadowRequest = z.infer<typeof shadowRequestSchema>;
export type ChangeResponse = z.infer<typeof changeResponseSchema>;
export type AdminStatus = z.infer<typeof adminStatusSchema>;
export type AdminVersion = z.infer<typeof versionSchema>;
export type ShadowStatus = z.infer<typeof shadowStatusSchema>;
