/** Labelled example texts, made of the phrases: data to try a training with. */
import { compose } from './compose.ts';
import { LANGUAGES } from './languages.ts';
import { LABELS, type Label, type Phrases, type Topic } from './phrases/phrases.ts';
import { createRandom, type Random } from './random.ts';

const { en: PHRASES } = LANGUAGES;
const TOPICS = Object.keys(PHRASES.topics);

export const MIN_EXAMPLE_LABELS = 2;
/** Each topic and sentiment can be a label. */
export const MAX_EXAMPLE_LABELS = TOPICS.length * LABELS.length;

export interface Example {
  readonly label: string;
  readonly text: string;
}

/** What the examples are for. No clause is in both. */
export type Split = 'train' | 'dev';

/** The texts of a label: of some topics and some sentiments. */
interface Source {
  readonly topics: readonly string[];
  readonly sentiments: readonly Label[];
}

/**
 * Composes English texts, as many for each label. Where the labels are sentiments, texts have theirs; other
 * labels are by topic, and if there are more than topics, by topic and sentiment.
 *
 * @param count of texts; no two are the same.
 * @param split of which the clauses are.
 * @throws RangeError for more labels than `MAX_EXAMPLE_LABELS`.
 */
export function composeExamples(
  labels: readonly string[],
  count: number,
  split: Split,
  seed: number,
): readonly Example[] {
  if (labels.length > MAX_EXAMPLE_LABELS) {
    throw new RangeError(`at most ${MAX_EXAMPLE_LABELS} labels`);
  }
  const random = createRandom(seed);
  const phrases = phrasesOf(split);
  const sources = labels.map((label, at) => sourceOf(label, at, labels));
  const examples = new Map<string, Example>();
  while (examples.size < count) {
    const at = examples.size % labels.length;
    const text = composeFrom(phrases, sources[at] as Source, random);
    if (!examples.has(text)) {
      examples.set(text, { label: labels[at] as string, text });
    }
  }
  return [...examples.values()];
}

function sourceOf(label: string, at: number, labels: readonly string[]): Source {
  if (labels.every((each) => (LABELS as readonly string[]).includes(each))) {
    return { topics: TOPICS, sentiments: [label as Label] };
  }
  const topics = [TOPICS[at % TOPICS.length] as string];
  return labels.length <= TOPICS.length
    ? { topics, sentiments: LABELS }
    : { topics, sentiments: [LABELS[Math.floor(at / TOPICS.length)] as Label] };
}

/** One clause of so many is for `dev`. */
const CLAUSES_PER_DEV_CLAUSE = 5;

function phrasesOf(split: Split): Phrases {
  const ofSplit = (clauses: readonly string[]): readonly string[] =>
    clauses.filter((_, at) => (at % CLAUSES_PER_DEV_CLAUSE === 0) === (split === 'dev'));
  const topics = Object.entries<Topic>(PHRASES.topics).map(([name, topic]) => [
    name,
    { ...topic, ...Object.fromEntries(LABELS.map((label) => [label, ofSplit(topic[label])])) },
  ]);
  return { ...PHRASES, topics: Object.fromEntries(topics) };
}

function composeFrom(phrases: Phrases, { topics, sentiments }: Source, random: Random): string {
  const topic = random.pick(topics);
  const ofTopic = { ...phrases, topics: { [topic]: phrases.topics[topic] as Topic } };
  return compose(ofTopic, random.pick(sentiments), random);
}
