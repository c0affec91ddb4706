/** The classification of a text, computed from what the model returned for it. */
import { round } from '../statistics.ts';
import { argmax, softmax } from './logits.ts';
import type { TextResult } from './text-result.ts';
import type { TopicOf } from './topic/topic.ts';

export interface Classification {
  readonly label: string;
  /** Probability of the label. */
  readonly score: number;
  /** Probability of each label, in the model's order; sum 1. */
  readonly scores: Readonly<Record<string, number>>;
  /** Logarithm of the sum of the exponentials of the logits: the logit of a label is that of its score plus this. */
  readonly logSumExp: number;
  /** Tokens that the model received, special ones included. */
  readonly tokens: number;
  /** Share of the unknown token among them, 0 to 1. */
  readonly unknownRatio: number;
  /** True if the text was longer than the model's window. */
  readonly truncated: boolean;
  /** The bin of its topic, as `TopicOf` has it. */
  readonly topic: number | undefined;
  /** As `IdentifiedLanguage` has them. */
  readonly language: string;
  readonly languageConfidence: number;
}

/** A classification and where it is from. */
export interface Answer {
  readonly classification: Classification;
  /** True if it was computed for an earlier request. */
  readonly cached: boolean;
}

/** @param labels in the order of the logits. */
export function toClassification(
  result: TextResult,
  labels: readonly string[],
  topicOf: TopicOf,
): Classification {
  const probabilities = softmax(result.logits);
  const best = argmax(probabilities);
  return {
    label: labels[best] as string,
    score: probabilities[best] as number,
    scores: Object.fromEntries(
      labels.map((label, index) => [label, probabilities[index] as number]),
    ),
    logSumExp: (result.logits[best] as number) - Math.log(probabilities[best] as number),
    tokens: result.tokens,
    unknownRatio: result.unknown / result.tokens,
    truncated: result.truncated,
    topic: topicOf(result.projections),
    language: result.language.language,
    languageConfidence: result.language.confidence,
  };
}

/** The score and the scores as every answer has them: with six decimals. */
export function roundScores({
  score,
  scores,
}: Pick<Classification, 'score' | 'scores'>): Pick<Classification, 'score' | 'scores'> {
  const rounded: Record<string, number> = {};
  for (const name in scores) {
    rounded[name] = round(scores[name] as number, DECIMALS);
  }
  return { score: round(score, DECIMALS), scores: rounded };
}

const DECIMALS = 1e6;
