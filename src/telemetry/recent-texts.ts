/** The newest predictions of each bin, so that a share on the console leads to the texts that make it up. */
import { binFinders, binNames, type Observation, type Profile } from '../drift/profile.ts';
import type { PredictionFields } from './prediction-log.ts';

export const TEXTS_PER_BIN = 20;
const MAX_CHARS = 500;

/** A prediction as the log has it, and when it was made in seconds since 1970. */
export interface TimedPrediction extends PredictionFields {
  readonly at: number;
}

/** By feature, then by bin; the newest first. */
export type RecentTexts = Readonly<
  Record<string, Readonly<Record<string, readonly TimedPrediction[]>>>
>;

export interface RecentTextsRecorder {
  add(observation: Observation, prediction: TimedPrediction): void;
  readonly texts: RecentTexts;
}

/** @param profile whose bins are those of the texts. */
export function createRecentTexts(profile: Pick<Profile, 'features'>): RecentTextsRecorder {
  const texts: Record<string, Record<string, TimedPrediction[]>> = {};
  const adders: ((observation: Observation, prediction: TimedPrediction) => void)[] = [];
  for (const [feature, findBin] of binFinders(profile)) {
    const distribution = profile.features[feature];
    const names = distribution ? binNames(distribution) : [];
    const bins = names.map((): TimedPrediction[] => []);
    texts[feature] = Object.fromEntries(names.map((name, i) => [name, bins[i] ?? []]));
    adders.push((observation, prediction) => {
      const bin = bins[findBin(observation)];
      if (bin) {
        bin.unshift(prediction);
        bin.length = Math.min(bin.length, TEXTS_PER_BIN);
      }
    });
  }
  return {
    texts,
    add: (observation, prediction) => {
      const shortened = shorten(prediction);
      for (const add of adders) {
        add(observation, shortened);
      }
    },
  };
}

function shorten(prediction: TimedPrediction): TimedPrediction {
  const { input } = prediction;
  return input === undefined || input.length <= MAX_CHARS
    ? prediction
    : { ...prediction, input: input.slice(0, MAX_CHARS).toWellFormed(), input_cut: true };
}

/** The newest texts of some bins of a feature, from all processes. */
export function selectTexts(
  records: readonly RecentTexts[],
  feature: string,
  bins: readonly string[],
): TimedPrediction[] {
  return records
    .flatMap((texts) => bins.flatMap((bin) => ownValue(ownValue(texts, feature), bin) ?? []))
    .sort((a, b) => b.at - a.at)
    .slice(0, TEXTS_PER_BIN);
}

/** Names come from a client: `__proto__` is none. */
function ownValue<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object && Object.hasOwn(object, name) ? object[name] : undefined;
}
