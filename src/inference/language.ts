/** The language of a text, identified by fastText's lid.176 (Joulin et al. 2016) in WebAssembly. */
import { getLIDModel } from 'fasttext.wasm.js';

/** Undetermined (ISO 639-2): the text is too short, or in no language. */
export const UNDETERMINED = 'und';

/** Below this probability, German tweets are not distinguished from other languages reliably. */
const MIN_PROBABILITY = 0.5;

/**
 * Only the start of a text is used: more characters improve nothing, and block the thread. A smaller
 * number would change what the profiles of versions have counted.
 */
const MAX_CHARS = 1_000;

/**
 * Parts that do not depend on the language: links (also the `http` that replaces them in data sets),
 * mentions, the sign of a hashtag, line breaks.
 */
const LANGUAGE_NEUTRAL = /\bhttps?\b(?::\/\/\S+)?|[@＠][\p{L}\p{M}\p{N}_]+|[#＃]|\s+/gu;

/** The part of the library that is used here: synchronous, and without its copy of each result. */
interface NativePrediction {
  size(): number;
  get(index: number): [probability: number, label: string];
  delete(): void;
}

export interface IdentifiedLanguage {
  /** ISO 639 code; `und` if the model is not sure. */
  readonly language: string;
  /** The model's probability of the likeliest language, also if that is `und`; 0 without any word. */
  readonly confidence: number;
}

export type IdentifyLanguage = (text: string) => IdentifiedLanguage;

/**
 * Loads the language model.
 *
 * Its memory and time for a text: docs/decisions/0009-batching-and-sessions.md.
 */
export async function createLanguageIdentifier(): Promise<IdentifyLanguage> {
  const model = await (await getLIDModel()).load();
  return (text) => {
    const start = text.slice(0, MAX_CHARS).toWellFormed();
    const words = start.replace(LANGUAGE_NEUTRAL, ' ').trim().toLowerCase();
    const prediction = model.predict(words, 1, 0) as unknown as NativePrediction;
    try {
      if (words === '' || prediction.size() === 0) {
        return { language: UNDETERMINED, confidence: 0 };
      }
      const [probability, label] = prediction.get(0);
      return {
        language: probability < MIN_PROBABILITY ? UNDETERMINED : label.slice('__label__'.length),
        // A sum of rounded floats can be 1.00001.
        confidence: Math.min(probability, 1),
      };
    } finally {
      // Its memory is WebAssembly's, which is not garbage collected.
      prediction.delete();
    }
  };
}
