/** The report of `drift`: its JSON, and the verdicts in it. */

import { foreignLanguages, type Verdict, verdictOf } from '../policy.ts';
import { hasReference, type Profile } from '../profile.ts';
import { type BinDrift, contributionOf, type FeatureDrift, measureDrift } from '../psi.ts';
import type { ReferenceKind } from '../reference.ts';
import type { IndexWindow } from './index-series.ts';
import type { PredictionBins, Sample, TextsInLog } from './prediction-bins.ts';

/** How many bins, and how many texts of each, are shown as examples. */
const MAX_EXAMPLES = 6;
const MAX_TEXTS_PER_EXAMPLE = 3;

/** A bin that adds less to the index is not an example. */
const MIN_CONTRIBUTION = 0.02;

export interface FeatureReport {
  readonly feature: string;
  readonly observations: number;
  /** Population stability index, not corrected for noise, as in the alert rules; null without observations. */
  readonly psi: number | null;
  /** The index to expect of so many observations without any change; null without observations. */
  readonly noise: number | null;
  /** `stable` below 0.1, `changed` above 0.25, `moving` between; `too_few` below 200 observations. */
  readonly verdict: Verdict;
  /** Whether the index of enough observations is above the threshold; never true for languages. */
  readonly drifted: boolean;
  /** In the order of the profile. */
  readonly bins: readonly BinDrift[];
}

/** Texts of a bin whose share of the traffic is larger than its share of the training data. */
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
      /** `-` for standard input. */
      readonly files: readonly string[];
      readonly lines: LineCounts;
    }
  | {
      readonly kind: 'server';
      readonly url: string;
      /** How long it was observed, in seconds; null: since its start. */
      readonly window_seconds: number | null;
    };

export interface LineCounts {
  /** Predictions of all versions since the requested time. */
  readonly predictions: number;
  /** Predictions before that time. */
  readonly earlier: number;
  /** Predictions without a required field. */
  readonly unreadable: number;
  /** Other events of the log. */
  readonly events: number;
  /** Lines that are not from the log. */
  readonly foreign: number;
}

/** Printed by `drift --json`: names and meanings stay. */
export interface DriftReport {
  readonly source: Source;
  readonly model: string;
  /** The version that is reported; null where there are no predictions. */
  readonly commit: string | null;
  /** Such as `v1.0.0`; null where the version has no tag. */
  readonly tag: string | null;
  /** Times of the first and the last prediction, or of the server's start and now; ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
  readonly predictions: number;
  readonly threshold: number;
  /** What the traffic is compared with: the training data, or the deployment's normal (BASELINES). */
  readonly reference: ReferenceKind;
  /** The index of each feature over time; empty for a server, which has counters only. */
  readonly windows: readonly IndexWindow[];
  /** Whether a feature has drifted or a language is foreign: exit code 1. */
  readonly drifted: boolean;
  readonly features: readonly FeatureReport[];
  /** Languages that are rare in the training data, the largest share first. */
  readonly foreign_languages: readonly BinDrift[];
  /** The bins that contribute most to the drift, the largest contribution first. */
  readonly examples: readonly Example[];
  /** Whether there are texts to show; `refused`: the server does not send them. */
  readonly texts: TextsInLog | 'refused';
  /** Predictions of other versions in the log, which are not in the report. */
  readonly other_commits: readonly { readonly commit: string; readonly predictions: number }[];
}

export type Judgement = Pick<
  DriftReport,
  'predictions' | 'drifted' | 'features' | 'foreign_languages' | 'examples'
>;

/** Judges counted predictions. @param threshold the largest index that is no drift. */
export function judge(
  profile: Profile,
  { counts, samplesOf }: Pick<PredictionBins, 'counts' | 'samplesOf'>,
  threshold: number,
): Judgement {
  const measured = measureDrift(profile, counts).filter(({ feature }) =>
    hasReference(profile, feature),
  );
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
    // As in the alert rules, known languages in other proportions are no drift; a foreign language is.
    drifted: feature !== 'language' && verdict !== 'too_few' && (psi ?? 0) > threshold,
    bins,
  };
}

/** From this number of expected observations on, the counts of a bin are approximately normal. */
const MIN_NORMAL = 20;
/** Where fewer than 20 are expected, more than this practically never occur. */
const MAX_POISSON = 100;

/**
 * The average index where nothing has changed: about (B − 1) / n for n observations in B bins, as for a χ²
 * with B − 1 degrees of freedom. A bin with few expected observations adds its average over the Poisson
 * distribution instead. The training data are many more, so that their own noise is ignored.
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
  if (expected >= MIN_NORMAL) {
    return (1 - reference) / observations;
  }
  let probability = Math.exp(-expected);
  let average = 0;
  for (let count = 0; count <= MAX_POISSON; count++) {
    average += probability * contributionOf({ observed: count / observations, reference });
    probability *= expected / (count + 1);
  }
  return average;
}

/** Of features that are not stable, the bins that have grown most, each with texts of its own. */
function chooseExamples(
  features: readonly FeatureReport[],
  foreign: readonly BinDrift[],
  samplesOf: PredictionBins['samplesOf'],
): Example[] {
  const shown = new Set<string>();
  return features
    .flatMap(({ feature, verdict, drifted, bins }) =>
      bins.map((bin, index) => ({
        feature,
        bin,
        index,
        isExample:
          foreign.includes(bin) ||
          ((drifted || verdict === 'moving' || verdict === 'changed') &&
            bin.observed > bin.reference &&
            bin.contribution >= MIN_CONTRIBUTION),
      })),
    )
    .filter(({ isExample }) => isExample)
    .sort((a, b) => b.bin.contribution - a.bin.contribution)
    .slice(0, MAX_EXAMPLES)
    .map(({ feature, bin: { bin, contribution }, index }) => {
      const texts = samplesOf(feature, index)
        .filter(({ text }) => !shown.has(text))
        .slice(0, MAX_TEXTS_PER_EXAMPLE);
      for (const { text } of texts) {
        shown.add(text);
      }
      return { feature, bin, contribution, texts };
    });
}
