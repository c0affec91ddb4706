/** Counts predictions into the bins of a profile, and keeps a few texts of each bin. */
import { binFinders, type Counts, type Profile } from '../profile.ts';
import type { LoggedPrediction } from './log-line.ts';

/** More than are shown: the same texts are the newest of several bins. */
const SAMPLES_A_BIN = 8;

/** Of a text; longer ones are cut, so that memory is bounded. */
const MAX_SAMPLE_CHARS = 280;

/** An example of what fell into a bin. */
export interface Sample {
  /** ISO 8601; null where the server does not tell it. */
  readonly timestamp: string | null;
  readonly id: string;
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly text: string;
}

/** What LOG_INPUT lets be seen of the texts. */
export type TextsSeen = 'seen' | 'hashed' | 'none';

export interface Collector {
  add(prediction: LoggedPrediction): void;
  readonly counts: Counts;
  /** The newest distinct texts of a bin, the newest first. */
  samplesOf(feature: string, bin: number): readonly Sample[];
  textsSeen(): TextsSeen;
}

/** A text in the order of its newest appearance. */
interface Kept {
  readonly order: string;
  readonly sample: Sample;
}

export function createCollector(profile: Pick<Profile, 'features'>): Collector {
  const counts: Record<string, number[]> = {};
  const samples: Record<string, Kept[][]> = {};
  const features = [...binFinders(profile)].map(([feature, findBin]) => {
    const bins = new Array<number>(profile.features[feature]?.ratios.length ?? 0).fill(0);
    const kept = bins.map((): Kept[] => []);
    counts[feature] = bins;
    samples[feature] = kept;
    return { findBin, bins, kept };
  });
  let textsSeen: TextsSeen = 'none';

  return {
    counts,
    add: (prediction) => {
      const isHashed =
        prediction.input !== undefined && /^sha256:[0-9a-f]{64}$/.test(prediction.input);
      const sample = isHashed ? undefined : sampleOf(prediction);
      if (sample || textsSeen === 'none') {
        textsSeen = sample ? 'seen' : isHashed ? 'hashed' : 'none';
      }
      for (const { findBin, bins, kept } of features) {
        const bin = findBin(prediction);
        if (bin >= 0) {
          bins[bin] = (bins[bin] as number) + 1;
          if (sample) {
            keep(kept[bin] as Kept[], { order: prediction.timestamp, sample });
          }
        }
      }
    },
    samplesOf: (feature, bin) => (samples[feature]?.[bin] ?? []).map(({ sample }) => sample),
    textsSeen: () => textsSeen,
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
        text: input.length > MAX_SAMPLE_CHARS ? `${input.slice(0, MAX_SAMPLE_CHARS)}…` : input,
      };
}

/** Puts a text among the newest of a bin. Files come in any order, so the newest may come first. */
function keep(kept: Kept[], candidate: Kept): void {
  const last = kept.at(-1);
  if (last && kept.length === SAMPLES_A_BIN && candidate.order < last.order) {
    return;
  }
  const same = kept.findIndex(({ sample }) => sample.text === candidate.sample.text);
  if (same >= 0) {
    if ((kept[same] as Kept).order > candidate.order) {
      return;
    }
    kept.splice(same, 1);
  }
  let at = 0;
  while (at < kept.length && (kept[at] as Kept).order > candidate.order) {
    at++;
  }
  kept.splice(at, 0, candidate);
  kept.length = Math.min(kept.length, SAMPLES_A_BIN);
}
