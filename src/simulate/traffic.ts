/** An endless sequence of labelled texts. */
import { compose } from './compose.ts';
import { LANGUAGES, type Language } from './languages.ts';
import type { Label } from './phrases/phrases.ts';
import { createRandom } from './random.ts';

/** Languages with their weights. */
export type Mix = Readonly<Partial<Record<Language, number>>>;

export interface LabelledText {
  /** Undefined where it is not known. */
  readonly language?: string | undefined;
  /** Undefined where it is not known; perhaps one that the model does not have. */
  readonly label?: string | undefined;
  readonly text: string;
}

export interface InventedText extends LabelledText {
  readonly language: Language;
  readonly label: Label;
}

/** How frequent each label is, about as in the training data of the shipped versions. */
const LABEL_WEIGHTS: Readonly<Record<Label, number>> = {
  negative: 0.22,
  neutral: 0.41,
  positive: 0.37,
};

/** @returns a function that returns the next text; a seed and its mixes determine all texts. */
export function createTraffic(seed: number): (mix: Mix) => InventedText {
  const random = createRandom(seed);
  return (mix) => {
    const language = random.weighted(mix);
    const label = random.weighted(LABEL_WEIGHTS);
    return { language, label, text: compose(LANGUAGES[language], label, random) };
  };
}
