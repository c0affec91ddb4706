/** `profile.json`: how the training data of two versions differ, as the server sees texts. */
import { z } from 'zod';
import { formatChange, type Paint } from '../../commands/models/diff-lines.ts';
import { ModelError } from '../../version/errors.ts';
import { type Change, changedPairs, mapChange, pairs } from './change.ts';

const ratios = z.array(z.number().min(0).max(1));

const profileSchema = z.object({
  features: z.record(
    z.string(),
    z.union([
      z.object({ categories: z.array(z.string()), ratios }),
      z.object({ upper_bounds: z.array(z.number()), ratios }),
    ]),
  ),
});

export type Profile = z.infer<typeof profileSchema>;

export interface ProfileDiff {
  readonly features: readonly FeatureShift[];
  /** Shares of texts that changed, the largest change first. */
  readonly shifts: readonly BinShift[];
}

export interface FeatureShift {
  readonly feature: string;
  /** Population stability index; undefined where the bins are not the same. */
  readonly stabilityIndex: number | undefined;
}

export interface BinShift extends Change<number> {
  readonly feature: string;
  /** A category, or `≤ bound`. */
  readonly bin: string;
}

const MAX_SHIFTS = 10;

/** A bin that no text is in would make the index infinite. */
const MIN_RATIO = 1e-4;

/** @throws ModelError `unfit` where it is no profile. */
export function parseProfile(json: unknown, origin: string): Profile {
  const parsed = profileSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelError('unfit', `${origin}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}

/** Features by name, their bins by what falls into them. */
export function diffProfiles(profiles: Change<Profile>): ProfileDiff {
  const features = pairs(mapChange(profiles, binsByFeature));
  const shifts = features.flatMap(({ name: feature, ...bins }) =>
    changedPairs(bins).map(({ name: bin, ...ratio }) => ({ feature, bin, ...ratio })),
  );
  const size = (shift: BinShift): number => Math.abs((shift.new ?? 0) - (shift.old ?? 0));
  return {
    features: features
      .filter((feature) => changedPairs(feature).length > 0)
      .map(({ name, old: before, new: after }) => ({
        feature: name,
        stabilityIndex: before && after && stabilityIndex(before, after),
      })),
    shifts: shifts.sort((a, b) => size(b) - size(a)).slice(0, MAX_SHIFTS),
  };
}

/** Ratios by bin, by feature. */
function binsByFeature({ features }: Profile): ReadonlyMap<string, Bins> {
  return new Map(Object.entries(features).map(([name, feature]) => [name, binsOf(feature)]));
}

type Bins = ReadonlyMap<string, number>;

function binsOf(feature: Profile['features'][string]): Bins {
  const names =
    'categories' in feature
      ? feature.categories
      : feature.upper_bounds.map((bound) => `≤ ${bound}`);
  return new Map(names.map((name, i) => [name, feature.ratios[i] ?? 0]));
}

/**
 * Σ (new − old) · ln(new / old) over the bins. Below 0.1 a distribution is commonly called stable,
 * above 0.25 changed. Source: N. Siddiqi, Credit Risk Scorecards (2006), chapter 10.
 */
export function stabilityIndex(before: Bins, after: Bins): number | undefined {
  const names = [...before.keys()];
  if (names.join('\n') !== [...after.keys()].join('\n')) {
    return undefined;
  }
  const ratio = (bins: Bins, name: string): number => Math.max(bins.get(name) ?? 0, MIN_RATIO);
  return names.reduce((total, name) => {
    const [p, q] = [ratio(before, name), ratio(after, name)];
    return total + (q - p) * Math.log(q / p);
  }, 0);
}

/** A line for each change, for a terminal. */
export function formatProfile({ features, shifts }: ProfileDiff, paint: Paint): string[] {
  const percent = (ratio: number | undefined): string =>
    ratio === undefined ? 'no bin' : `${(ratio * 100).toFixed(2)} %`;
  return [
    ...features.map(
      ({ feature, stabilityIndex: index }) =>
        `  ${feature}: ${index === undefined ? 'other bins' : `stability index ${index.toFixed(4)}`}`,
    ),
    ...shifts.map(({ feature, bin, ...ratio }) =>
      formatChange(
        `${feature} ${bin}`,
        { old: percent(ratio.old), new: percent(ratio.new) },
        paint,
        24,
      ),
    ),
  ];
}
