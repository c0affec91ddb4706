/** Labelled example texts, made of the phrases: data to try a training with. */
import { compose } from './compose.ts';
import { LANGUAGES } from './languages.ts';
import { LABELS, type Label, type Phrases } from './phrases/phrases.ts';
import { createRandom, type Random } from './random.ts';

const { en: PHRASES } = LANGUAGES satisfies Record<string, Phrases>;
const TOPICS = Object.keys(PHRASES.topics);

export const MIN_EXAMPLE_LABELS = 2;
/** Each topic and sentiment can be a label. */
export const MAX_EXAMPLE_LABELS = TOPICS.length * LABELS.length;

export interface Example {
  readonly label: string;
  readonly text: string;
}

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
 * @throws RangeError for more labels than `MAX_EXAMPLE_LABELS`.
 */
export function composeExamples(
  labels: readonly string[],
  count: number,
  seed: number,
): readonly Example[] {
  if (labels.length > MAX_EXAMPLE_LABELS) {
    throw new RangeError(`at most ${MAX_EXAMPLE_LABELS} labels`);
  }
  const random = createRandom(seed);
  const sources = labels.map((label, at) => sourceOf(label, at, labels));
  const examples = new Map<string, Example>();
  while (examples.size < count) {
    const at = examples.size % labels.length;
    const text = composeFrom(sources[at] as Source, random);
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

function composeFrom({ topics, sentiments }: Source, random: Random): string {
  const topic = random.pick(topics) as keyof typeof PHRASES.topics;
  const phrases = { ...PHRASES, topics: { [topic]: PHRASES.topics[topic] } };
  return compose(phrases, random.pick(sentiments), random);
}
