/** What `drift` reports: the shape of its JSON, and the verdicts. */

import { foreignLanguages, type Verdict, verdictOf } from '../policy.ts';
import type { Profile } from '../profile.ts';
import { type BinDrift, contributionOf, type FeatureDrift, measureDrift } from '../psi.ts';
import type { Collector, Sample, TextsSeen } from './bin-samples.ts';

/** How many bins, and how many texts of each, are shown as examples. */
const MAX_EXAMPLES = 6;
const TEXTS_AN_EXAMPLE = 3;

/** A bin that adds less is not what drives an index. */
const MIN_CONTRIBUTION = 0.02;

export interface FeatureReport {
  readonly feature: string;
  readonly observations: number;
  /** Population stability index as the alert rules have it, not corrected; null without observations. */
  readonly psi: number | null;
  /** What the index of so many observations is about without any change; null without observations. */
  readonly noise: number | null;
  /** `stable` below 0.1, `changed` above 0.25, `moving` between; `too_few` below 200 observations. */
  readonly verdict: Verdict;
  /** Whether the index is above the threshold, and of enough observations; never for languages. */
  readonly drifted: boolean;
  /** In the order of the profile. */
  readonly bins: readonly BinDrift[];
}

/** Texts of a bin that has more of the traffic than of the training data. */
export interface Example {
  readonly feature: string;
  readonly bin: string;
  readonly contribution: number;
  /** The newest first. */
  readonly texts: readonly Sample[];
}

export type Source =
  | {
      readonly kind: 'log';
      /** `-` is standard input. */
      readonly files: readonly string[];
      readonly lines: LineCounts;
    }
  | { readonly kind: 'server'; readonly url: string };

export interface LineCounts {
  /** Predictions of all versions within the time that was asked for. */
  readonly predictions: number;
  /** Predictions before that time. */
  readonly earlier: number;
  /** Predictions without a field that is needed. */
  readonly unreadable: number;
  /** Other events of the log. */
  readonly events: number;
  /** Lines that are none of the log. */
  readonly foreign: number;
}

/** Printed as it is by `drift --json`: names and meanings stay. */
export interface DriftReport {
  readonly source: Source;
  readonly model: string;
  /** The version whose predictions these are; null where there are none. */
  readonly commit: string | null;
  /** Such as `v1.0.0`; null where the version has none. */
  readonly tag: string | null;
  /** Times of the first and the last prediction, or of the server's start and now; ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
  readonly predictions: number;
  readonly threshold: number;
  /** Whether a feature has drifted or a language is foreign: exit code 1. */
  readonly drifted: boolean;
  readonly features: readonly FeatureReport[];
  /** Languages that the training data hardly has, the largest share first. */
  readonly foreign_languages: readonly BinDrift[];
  /** The bins that drive the drift, the largest contribution first. */
  readonly examples: readonly Example[];
  /** Whether there are texts to show: `hashed` and `none` as LOG_INPUT has it, `refused` by the server. */
  readonly texts: TextsSeen | 'refused';
  /** Predictions of other versions in the log, which are not in the report. */
  readonly other_commits: readonly { readonly commit: string; readonly predictions: number }[];
}

export type Judgement = Pick<
  DriftReport,
  'predictions' | 'drifted' | 'features' | 'foreign_languages' | 'examples'
>;

/** Judges what was counted. @param threshold largest index that is no drift. */
export function judge(
  profile: Profile,
  { counts, samplesOf }: Pick<Collector, 'counts' | 'samplesOf'>,
  threshold: number,
): Judgement {
  const measured = measureDrift(profile, counts);
  const features = measured.map((feature) => judgeFeature(feature, threshold));
  const foreign = foreignLanguages(measured);
  return {
    predictions: Math.max(0, ...features.map(({ observations }) => observations)),
    drifted: foreign.length > 0 || features.some(({ drifted }) => drifted),
    features,
    foreign_languages: foreign,
    examples: chooseExamples(features, foreign, samplesOf),
  };
}

function judgeFeature(
  { feature, observations, stabilityIndex, bins }: FeatureDrift,
  threshold: number,
): FeatureReport {
  const psi = stabilityIndex ?? null;
  const verdict = verdictOf({ stabilityIndex, observations });
  return {
    feature,
    observations,
    psi,
    noise: noiseOf(bins, observations),
    verdict,
    // Known languages in other proportions are no drift, as for the alert rules; a foreign one is.
    drifted: feature !== 'language' && verdict !== 'too_few' && (psi ?? 0) > threshold,
    bins,
  };
}

/** From so many expected observations on, a bin's number of them is as good as normal. */
const NORMAL_FROM = 20;
const MAX_RARE = 100;

/**
 * What the index is on average where nothing has changed: about (B − 1) / n for n observations over
 * B bins, as a χ² with B − 1 degrees of freedom. Bins in which few are expected add another amount,
 * the average over how many may come (Poisson). The training data are many, so that their own noise
 * does not count.
 */
export function noiseOf(
  bins: readonly Pick<BinDrift, 'reference'>[],
  observations: number,
): number | null {
  return observations === 0
    ? null
    : bins.reduce((total, { reference }) => total + noiseOfBin(reference, observations), 0);
}

function noiseOfBin(reference: number, observations: number): number {
  const expected = reference * observations;
  if (expected >= NORMAL_FROM) {
    return (1 - reference) / observations;
  }
  let probability = Math.exp(-expected);
  let average = 0;
  for (let count = 0; count <= MAX_RARE; count++) {
    average += probability * contributionOf({ observed: count / observations, reference });
    probability *= expected / (count + 1);
  }
  return average;
}

/** The bins that have grown most, of features that are not stable, with texts that no other one shows. */
function chooseExamples(
  features: readonly FeatureReport[],
  foreign: readonly BinDrift[],
  samplesOf: Collector['samplesOf'],
): Example[] {
  const shown = new Set<string>();
  return features
    .flatMap(({ feature, verdict, drifted, bins }) =>
      bins.map((bin, index) => ({
        feature,
        bin,
        index,
        isDriving:
          foreign.includes(bin) ||
          ((drifted || verdict === 'moving' || verdict === 'changed') &&
            bin.observed > bin.reference &&
            bin.contribution >= MIN_CONTRIBUTION),
      })),
    )
    .filter(({ isDriving }) => isDriving)
    .sort((a, b) => b.bin.contribution - a.bin.contribution)
    .slice(0, MAX_EXAMPLES)
    .map(({ feature, bin: { bin, contribution }, index }) => {
      const texts = samplesOf(feature, index)
        .filter(({ text }) => !shown.has(text))
        .slice(0, TEXTS_AN_EXAMPLE);
      for (const { text } of texts) {
        shown.add(text);
      }
      return { feature, bin, contribution, texts };
    });
}
