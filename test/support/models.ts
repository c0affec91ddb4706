/** Served models of a test's own, without a runtime. */
import type { Classification, Classifier } from '../../src/inference/classifier.ts';
import type { ServedModel } from '../../src/serving/served-model.ts';

/** A full SHA of one digit. */
export const sha = (digit: string): string => digit.repeat(40);

export interface FakeModel extends ServedModel {
  /** How often it was closed. */
  readonly closes: () => number;
}

export interface FakeOptions {
  readonly labels?: readonly string[];
  /** The label of a text. */
  readonly predict?: (text: string) => string | Promise<string>;
  readonly scores?: Readonly<Record<string, number>>;
  readonly stats?: Classifier['stats'];
}

/** A model that predicts what a test wants. */
export function fakeModel(commit: string, options: FakeOptions = {}): FakeModel {
  let closes = 0;
  const { labels = ['negative', 'positive'], predict = () => 'positive' } = options;
  const classifier: Classifier = {
    labels,
    hasTopics: false,
    classify: (texts) =>
      Promise.all(
        texts.map(async (text) => {
          const label = await predict(text);
          return {
            classification: { label, score: 0.9, scores: options.scores ?? {} } as Classification,
            cached: false,
          };
        }),
      ),
    stats:
      options.stats ??
      (() => ({ queueLength: 0, queueCapacity: 1, workers: { starting: 0, idle: 1, busy: 0 } })),
    close: async () => {
      closes++;
    },
  };
  return {
    name: 'm',
    commit,
    tag: `v-${commit[0]}`,
    classifier,
    closes: () => closes,
  } as FakeModel;
}
