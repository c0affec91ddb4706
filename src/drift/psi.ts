/**
 * The population stability index: the distance between the distributions of traffic and of training data.
 * The recording rules in deploy/prometheus compute the same over all replicas together.
 */
import { binNames, type Counts, hasReference, type Profile } from './profile.ts';

/** An empty bin would make the index infinite. */
const MIN_RATIO = 1e-4;

export interface BinDrift {
  readonly bin: string;
  readonly count: number;
  /** Its share of the observations, and of the training data. */
  readonly observed: number;
  readonly reference: number;
  /** What the bin adds to the feature's stability index. */
  readonly contribution: number;
}

export interface FeatureDrift {
  readonly feature: string;
  readonly observations: number;
  /** Population stability index; undefined without observations or shares to compare with. */
  readonly stabilityIndex: number | undefined;
  readonly bins: readonly BinDrift[];
}

/**
 * Compares counted observations with the profile into whose bins they were counted.
 *
 * @returns the empty list where the profile has bins but was measured on no text.
 */
export function measureDrift(profile: Profile, counts: Counts): FeatureDrift[] {
  return Object.entries(counts).flatMap(([feature, bins]) => {
    const reference = profile.features[feature];
    if (!reference || profile.texts === 0) {
      return [];
    }
    const observations = bins.reduce((total, n) => total + n, 0);
    const isCompared = hasReference(profile, feature) && observations > 0;
    const compared = binNames(reference).map((bin, i) => {
      const count = bins[i] ?? 0;
      const ratios = {
        observed: observations === 0 ? 0 : count / observations,
        reference: reference.ratios[i] as number,
      };
      const contribution = isCompared ? contributionOf(ratios) : 0;
      return { bin, count, ...ratios, contribution };
    });
    return {
      feature,
      observations,
      stabilityIndex: isCompared ? stabilityIndex(compared) : undefined,
      bins: compared,
    };
  });
}

/**
 * (q − p) · ln(q / p); its sum over the bins is the population stability index. Source: N. Siddiqi,
 * Credit Risk Scorecards (2006), chapter 10.
 */
export function contributionOf({
  observed,
  reference,
}: Pick<BinDrift, 'observed' | 'reference'>): number {
  const q = Math.max(observed, MIN_RATIO);
  const p = Math.max(reference, MIN_RATIO);
  return (q - p) * Math.log(q / p);
}

/** The sum of the contributions of all bins. */
export function stabilityIndex(bins: readonly Pick<BinDrift, 'observed' | 'reference'>[]): number {
  return bins.reduce((total, bin) => total + contributionOf(bin), 0);
}
