/** `GET /model`: the version that serves, and how other answers refer to it. */
import { z } from 'zod';

/** A full git commit SHA: SHA-1 or SHA-256. */
export const commitSchema = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
  .describe('A full git commit SHA');

/** Identifies a version in answers about something else. */
export const modelReferenceSchema = z.object({ name: z.string(), commit: commitSchema });

export const modelFileSchema = z.object({
  path: z.string(),
  size: z.int().min(0).describe('Bytes of the file itself, not of its git-lfs pointer'),
  digest: z
    .string()
    .regex(/^(?:sha256|git-blob):[0-9a-f]{40,64}$/)
    .describe('SHA-256 of a git-lfs file, git blob id of any other'),
});

export const modelCardSchema = modelReferenceSchema.extend({
  tag: z.string().optional().describe('Such as `v1.0.0`; absent where the commit has no tag'),
  forced: z
    .string()
    .optional()
    .describe(
      'Why the gate would have refused the version; absent unless it was published with `--force`',
    ),
  message: z.string().describe('Message of the commit'),
  author: z.object({ name: z.string(), email: z.string() }),
  date: z.iso.datetime({ offset: true }).describe('The author’s date of the commit, ISO 8601'),
  parents: z.array(commitSchema).readonly(),
  ingredients: z
    .record(z.string(), z.array(modelFileSchema).readonly())
    .describe('The files from which the version can be rebuilt, and the others, by kind'),
  metrics: z
    .unknown()
    .optional()
    .describe('Content of metrics.json, whose shape the model repository decides'),
  loadedAt: z.iso.datetime().describe('When this process loaded the version, ISO 8601'),
  labels: z.array(z.string()).readonly(),
});

export type ModelReference = z.infer<typeof modelReferenceSchema>;
export type ModelFile = z.infer<typeof modelFileSchema>;
export type ModelCard = z.infer<typeof modelCardSchema>;
