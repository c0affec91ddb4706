/**
 * `profile.json`: how languages, labels, scores, lengths and unknown tokens are distributed in the data
 * that a version was trained on.
 */
import { z } from 'zod';

/** Bounds how many series a profile may make the server export. */
const MAX_BINS = 64;

const ratios = z
  .array(z.number().min(0).max(1))
  .max(MAX_BINS)
  .describe('Share of the texts in each bin; they add up to 1.');
const distributionSchema = z
  .union([
    z.object({ categories: z.array(z.string().min(1)).min(1), ratios }),
    z.object({
      upper_bounds: z
        .array(z.number())
        .min(1)
        .describe('A value belongs to the first bin whose upper bound it does not exceed.'),
      ratios,
    }),
  ])
  .refine(
    (distribution) => new Set(binNames(distribution)).size === distribution.ratios.length,
    'expected a ratio for each bin, and no bin twice',
  );

/** Share of the texts in each bin; the shares of a feature add up to 1. */
export type Distribution =
  | { readonly categories: readonly string[]; readonly ratios: readonly number[] }
  | { readonly upper_bounds: readonly number[]; readonly ratios: readonly number[] };

export const profileSchema = z
  .object({
    features: z
      .record(z.string(), distributionSchema)
      .describe('Distributions by feature: language, label, score, length, unknown tokens.'),
    texts: z.int().min(0).describe('How many texts it was measured on.'),
    model: z
      .string()
      .optional()
      .describe('Digest of the model that it was measured with; `models commit` requires it.'),
  })
  .meta({
    title: 'profile.json',
    description:
      'How the training data are distributed, as the server measures them; drift is measured against it. ' +
      '`models profile` writes this file.',
  });

export interface Profile {
  readonly features: Readonly<Record<string, Distribution>>;
  /** How many texts it was measured on; 0 for bins without a reference. */
  readonly texts: number;
  /** The digest of the model that it was measured with; earlier versions did not record it. */
  readonly model?: string | undefined;
}

/** A distribution's bins by name: a category, or an upper bound in digits. */
export function binNames(distribution: Distribution): string[] {
  return 'categories' in distribution
    ? [...distribution.categories]
    : distribution.upper_bounds.map(String);
}
