/** `GET /model`: the version that serves, and how other answers refer to it. */
import { z } from 'zod';

/** A full git commit SHA: SHA-1 or SHA-256. */
export const commitSchema = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** Identifies a version in answers about something else. */
export const modelReferenceSchema = z.object({ name: z.string(), commit: commitSchema });

export const modelFileSchema = z.object({
  path: z.string(),
  /** Bytes of the file itself, not of its git-lfs pointer. */
  size: z.int().min(0),
  /** SHA-256 of a git-lfs file, git blob id of any other. */
  digest: z.string().regex(/^(?:sha256|git-blob):[0-9a-f]{40,64}$/),
});

export const modelCardSchema = modelReferenceSchema.extend({
  /** Such as `v1.0.0`; absent where the commit has no tag. */
  tag: z.string().optional(),
  /** Message of the commit. */
  message: z.string(),
  author: z.object({ name: z.string(), email: z.string() }),
  /** When the commit was made, ISO 8601. */
  date: z.iso.datetime({ offset: true }),
  parents: z.array(commitSchema).readonly(),
  /** The files from which the version can be rebuilt, and the others, by kind. */
  ingredients: z.record(z.string(), z.array(modelFileSchema).readonly()),
  /** Content of metrics.json, whose shape the model repository decides. */
  metrics: z.unknown().optional(),
  /** When this process loaded the version, ISO 8601. */
  loadedAt: z.iso.datetime(),
  labels: z.array(z.string()).readonly(),
});

export type ModelReference = z.infer<typeof modelReferenceSchema>;
export type ModelFile = z.infer<typeof modelFileSchema>;
export type ModelCard = z.infer<typeof modelCardSchema>;
