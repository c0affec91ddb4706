/** Classifies in this process, with a version whose bytes are proven. */
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import { type Classification, roundScores } from '../inference/classification.ts';
import { openClassifier } from '../inference/offline.ts';
import type { Store } from '../version/stores/store.ts';
import { openVersion, readVersion } from '../version/version.ts';
import type { AnswerSource, ReplayedAnswer } from './answers.ts';

/** Enough to keep every worker busy, few enough to show progress. */
const CHUNK = 512;

/** By how many words longer the texts beside another one are. */
const LONGER_BY = [1, 2, 3, 5, 8, 16];
/** Texts in a run, at most. */
const RUN_TEXTS = 8;

/**
 * @throws ModelError where the store has no such version, its bytes are not the commit's, or it was not
 * trained from its ingredients; ClassifierError `bad-model` where its model can't be run, or computes
 * other golden scores.
 */
export async function openVersionAnswers(
  store: Store,
  model: string,
  commit: string,
): Promise<AnswerSource> {
  const files = await readVersion(store, await openVersion(store, model, commit));
  assertWeightsMatchIngredients(files);
  const classifier = await openClassifier(files);
  const classify = async (texts: readonly string[]): Promise<ReplayedAnswer[]> => {
    const answers = await classifier.classify(texts);
    return answers.map(({ classification }) => toAnswer(classification));
  };
  return {
    chunk: CHUNK,
    classify,
    alternatives: async (text) => {
      const { starting, idle, busy } = classifier.stats().workers;
      // The workers receive equal shares, and each run is full.
      const count = RUN_TEXTS * (starting + idle + busy);
      const found = await classify([text]);
      for (const words of LONGER_BY) {
        const longer = Array.from(
          { length: count - 1 },
          (_, at) => `${text}${' and'.repeat(words)} ${at}`,
        );
        found.push(...(await classify([text, ...longer])).slice(0, 1));
      }
      return found;
    },
    close: () => classifier.close(),
  };
}

function toAnswer(classification: Classification): ReplayedAnswer {
  return { label: classification.label, ...roundScores(classification) };
}
