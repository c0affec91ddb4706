/** Answers as Hugging Face's clients expect them: of each text its labels with numbers, the best first. */
import type { ClassesResponse, FUNCTIONS, Parameters } from '../api/predict.ts';
import type { PredictionAnswer } from '../serving/predictor.ts';
import { round } from '../statistics.ts';

type Function = (typeof FUNCTIONS)[number];

const DECIMALS = 1e6;

/** @returns one list for each text; each with all labels, or `top_k` of them. */
export function toClasses(
  { predictions, answers }: Pick<PredictionAnswer, 'predictions' | 'answers'>,
  { top_k: topK, function_to_apply: applied }: Parameters,
): ClassesResponse {
  return predictions.map(({ scores }, index) => {
    const { classification } = answers[index] as (typeof answers)[number];
    const numberOf = (label: string): number =>
      // Rounded already, as in every other answer.
      isSoftmax(applied) ? (scores[label] as number) : apply(applied, logitOf(label));
    const logitOf = (label: string): number =>
      Math.log(classification.scores[label] as number) + classification.logSumExp;
    return Object.keys(scores)
      .map((label) => ({ label, score: numberOf(label) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, topK ?? undefined);
  });
}

function isSoftmax(applied: Function | null | undefined): applied is 'softmax' | null | undefined {
  return (applied ?? 'softmax') === 'softmax';
}

function apply(applied: 'sigmoid' | 'none', logit: number): number {
  return round(applied === 'none' ? logit : 1 / (1 + Math.exp(-logit)), DECIMALS);
}
