/** Predictions counted into the bins of a profile, with a few texts of each bin. */
import { cutText } from '../../terminal/cut-text.ts';
import { binFinders, type Counts, type Profile } from '../profile.ts';
import { createIndexSeries, type IndexWindow } from './index-series.ts';
import type { LoggedPrediction } from './log-line.ts';

/** More than a report shows: a text may be among the newest of several bins, and is shown once. */
const SAMPLES_PER_BIN = 8;

/** A longer text is cut, so that memory is bounded. */
const MAX_SAMPLE_CHARS = 280;

/** The text of a prediction that fell into a bin. */
export interface Sample {
  /** ISO 8601; null where it is not known. */
  readonly timestamp: string | null;
  readonly id: string;
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly text: string;
}

/** Whether the log has the texts, only their hashes, or neither: what LOG_INPUT sets. */
export type TextsInLog = 'seen' | 'hashed' | 'none';

export interface PredictionBins {
  add(prediction: LoggedPrediction): void;
  readonly counts: Counts;
  /** The index over time of predictions whose time is known. */
  windows(): IndexWindow[];
  /** The newest distinct texts of a bin, the newest first. */
  samplesOf(feature: string, bin: number): readonly Sample[];
  textsInLog(): TextsInLog;
}

/** A text with the time of its newest occurrence. */
interface TimedSample {
  readonly timestamp: string;
  readonly sample: Sample;
}

export function createPredictionBins(profile: Profile): PredictionBins {
  const series = createIndexSeries(profile);
  const counts: Record<string, number[]> = {};
  const samples: Record<string, TimedSample[][]> = {};
  const features = [...binFinders(profile)].map(([feature, findBin]) => {
    const bins = new Array<number>(profile.features[feature]?.ratios.length ?? 0).fill(0);
    const newest = bins.map((): TimedSample[] => []);
    counts[feature] = bins;
    samples[feature] = newest;
    return { feature, findBin, bins, newest };
  });
  let textsInLog: TextsInLog = 'none';

  return {
    counts,
    windows: series.windows,
    add: (prediction) => {
      const isHashed =
        prediction.input !== undefined && /^sha256:[0-9a-f]{64}$/.test(prediction.input);
      const sample = isHashed ? undefined : sampleOf(prediction);
      if (sample || textsInLog === 'none') {
        textsInLog = sample ? 'seen' : isHashed ? 'hashed' : 'none';
      }
      const time = Date.parse(prediction.timestamp);
      for (const { feature, findBin, bins, newest } of features) {
        const bin = findBin(prediction);
        if (bin >= 0) {
          if (!Number.isNaN(time)) {
            series.add(time, feature, bin);
          }
          bins[bin] = (bins[bin] as number) + 1;
          if (sample) {
            addSample(newest[bin] as TimedSample[], { timestamp: prediction.timestamp, sample });
          }
        }
      }
    },
    samplesOf: (feature, bin) => (samples[feature]?.[bin] ?? []).map(({ sample }) => sample),
    textsInLog: () => textsInLog,
  };
}

function sampleOf(prediction: LoggedPrediction): Sample | undefined {
  const { timestamp, id, language, label, score, input } = prediction;
  return input === undefined
    ? undefined
    : {
        timestamp: timestamp || null,
        id,
        language,
        label,
        score,
        text: cutText(input, MAX_SAMPLE_CHARS),
      };
}

/** Adds a text to the newest of a bin. Files come in any order, so it may be older than they are. */
function addSample(newest: TimedSample[], added: TimedSample): void {
  const last = newest.at(-1);
  if (last && newest.length === SAMPLES_PER_BIN && added.timestamp < last.timestamp) {
    return;
  }
  const same = newest.findIndex(({ sample }) => sample.text === added.sample.text);
  if (same >= 0) {
    if ((newest[same] as TimedSample).timestamp > added.timestamp) {
      return;
    }
    newest.splice(same, 1);
  }
  let at = 0;
  while (at < newest.length && (newest[at] as TimedSample).timestamp > added.timestamp) {
    at++;
  }
  newest.splice(at, 0, added);
  newest.length = Math.min(newest.length, SAMPLES_PER_BIN);
}
