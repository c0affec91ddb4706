/** `profile.json`: how the training data of two versions differ, as the server sees texts. */
import { binNames, type Distribution, type Profile } from '../../artifacts/profile.ts';
import { stabilityIndex } from '../../drift/psi.ts';
import { type Change, changedPairs, mapChange, pairs } from './change.ts';

export interface ProfileDiff {
  readonly features: readonly FeatureShift[];
  /** Shares of texts that changed, the largest change first. */
  readonly shifts: readonly BinShift[];
}

export interface FeatureShift {
  readonly feature: string;
  /** Population stability index; undefined where the two profiles have different bins. */
  readonly stabilityIndex: number | undefined;
}

export interface BinShift extends Change<number> {
  readonly feature: string;
  /** A category, or `≤ bound`. */
  readonly bin: string;
}

const MAX_SHIFTS = 10;

/** Features by name, their bins by name. */
export function diffProfiles(profiles: Change<Profile>): ProfileDiff {
  const features = pairs(mapChange(profiles, ratiosByFeature));
  const shifts = features.flatMap(({ name: feature, ...bins }) =>
    changedPairs(bins).map(({ name: bin, ...ratio }) => ({ feature, bin, ...ratio })),
  );
  const size = (shift: BinShift): number => Math.abs((shift.new ?? 0) - (shift.old ?? 0));
  return {
    features: features
      .filter((feature) => changedPairs(feature).length > 0)
      .map(({ name, old: before, new: after }) => ({
        feature: name,
        stabilityIndex: before && after && indexOf(before, after),
      })),
    shifts: shifts.sort((a, b) => size(b) - size(a)).slice(0, MAX_SHIFTS),
  };
}

type Ratios = ReadonlyMap<string, number>;

function ratiosByFeature({ features }: Profile): ReadonlyMap<string, Ratios> {
  return new Map(Object.entries(features).map(([name, feature]) => [name, ratiosByBin(feature)]));
}

function ratiosByBin(distribution: Distribution): Ratios {
  const prefix = 'categories' in distribution ? '' : '≤ ';
  return new Map(
    binNames(distribution).map((bin, i) => [prefix + bin, distribution.ratios[i] as number]),
  );
}

function indexOf(before: Ratios, after: Ratios): number | undefined {
  const haveSameBins = [...before.keys()].join('\n') === [...after.keys()].join('\n');
  return haveSameBins
    ? stabilityIndex(
        [...before].map(([bin, reference]) => ({ reference, observed: after.get(bin) as number })),
      )
    : undefined;
}
