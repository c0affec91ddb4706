/** Which language a text is in, by fastText's lid.176 (Joulin et al. 2016), run in WebAssembly. */
import { getLIDModel } from 'fasttext.wasm.js';

/** Undetermined (ISO 639-2): the text is too short, or of no language. */
export const UNDETERMINED = 'und';

/** Below it, German tweets are told apart from other languages no better than by chance guesses. */
const MIN_PROBABILITY = 0.5;

/**
 * Characters of a text that are looked at: more tell no more, and the thread has others to answer.
 * Fewer would change what the profiles of versions have counted.
 */
const MAX_CHARS = 1_000;

/**
 * What stands in any language: links (also the `http` that data sets put in their place), mentions,
 * the sign of a hashtag, line breaks.
 */
const FOREIGN_TO_LANGUAGE = /\bhttps?\b(?::\/\/\S+)?|[@＠][\p{L}\p{M}\p{N}_]+|[#＃]|\s+/gu;

/** The part of the library that is used here, synchronous and without its copy of each result. */
interface NativePrediction {
  size(): number;
  get(index: number): [probability: number, label: string];
  delete(): void;
}

export interface IdentifiedLanguage {
  /** ISO 639 code, `und` where the model is not sure. */
  readonly language: string;
  /** The model's probability of the likeliest language, be it told or not; 0 without any word. */
  readonly confidence: number;
}

/** A text's language. About 12 µs a tweet. */
export type IdentifyLanguage = (text: string) => IdentifiedLanguage;

/** Loads the model, about 27 MB of memory. */
export async function createLanguageIdentifier(): Promise<IdentifyLanguage> {
  const model = await (await getLIDModel()).load();
  return (text) => {
    const start = text.slice(0, MAX_CHARS).toWellFormed();
    const words = start.replace(FOREIGN_TO_LANGUAGE, ' ').trim().toLowerCase();
    const prediction = model.predict(words, 1, 0) as unknown as NativePrediction;
    try {
      if (words === '' || prediction.size() === 0) {
        return { language: UNDETERMINED, confidence: 0 };
      }
      const [probability, label] = prediction.get(0);
      return {
        language: probability < MIN_PROBABILITY ? UNDETERMINED : label.slice('__label__'.length),
        // Sums of rounded floats come out at 1.00001.
        confidence: Math.min(probability, 1),
      };
    } finally {
      // It lives in WebAssembly's memory, which nothing collects.
      prediction.delete();
    }
  };
}
