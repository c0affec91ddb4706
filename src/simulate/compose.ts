/** Phrases → a text that looks like a tweet. */
import type { Label, Phrases } from './phrases/phrases.ts';
import type { Random } from './random.ts';

/** The maximum length of a tweet. */
const MAX_CHARS = 280;

/** The lengths of texts are distributed as in the data sets. */
const CHARS = { mean: 101, deviation: 28, min: 25, max: 150 };

/** In a text that is not neutral, the share of further clauses that are neutral: the context. */
const CONTEXT = 0.6;
/** The share of these that come before the other clauses. */
const CONTEXT_FIRST = 0.7;

/** The probabilities of the parts and variations of a text. */
const LINK = { negative: 0.06, neutral: 0.25, positive: 0.1 };
const EMOJI = { negative: 0.12, neutral: 0.03, positive: 0.18 };
const MENTION = 0.2;
const HASHTAG = 0.2;
const INFORMAL = 0.25;
const LOWER_CASE = 0.12;
const NO_FULL_STOP = 0.35;

const EMOJIS: Readonly<Record<Label, readonly string[]>> = {
  negative: ['😡', '😞', '🙄', '😤', '😭', '💔', '👎', '🤦', '😒', '😩'],
  neutral: ['📌', '📍', '🗓️', '👀', '🤔', '➡️', '📷', '🕗'],
  positive: ['😍', '😊', '🎉', '❤️', '🙌', '😂', '🔥', '👏', '🥰', '✨'],
};

/** Handles are made of two of these and a number, so that they are unlikely to be anyone's. */
const HANDLE_WORDS = ['otter', 'lemon', 'cloud', 'pixel', 'maple', 'comet', 'tulip', 'pebble'];

/** @returns at most 280 characters. */
export function compose(phrases: Phrases, label: Label, random: Random): string {
  const topic = random.pick(Object.values(phrases.topics));
  const clauses = chooseClauses(topic, label, random);
  let text = fillSlots(clauses.join(' '), phrases.slots, random);
  if (random.chance(INFORMAL)) {
    text = writeInformally(text, phrases.informal);
  }
  if (random.chance(NO_FULL_STOP)) {
    text = text.replace(/(?<!\.)\.$/, '');
  }
  if (random.chance(LOWER_CASE)) {
    text = text.toLowerCase();
  }
  const additions = [
    random.chance(EMOJI[label]) && random.pick(EMOJIS[label]),
    random.chance(HASHTAG) && `#${random.pick(topic.hashtags)}`,
    random.chance(LINK[label]) && `https://example.com/${inventWord(random)}`,
  ];
  if (random.chance(MENTION)) {
    text = `@${random.pick(HANDLE_WORDS)}_${random.pick(HANDLE_WORDS)}${digits(random)} ${text}`;
  }
  return additions.reduce<string>((whole, addition) => {
    const longer = `${whole} ${addition}`;
    return addition && longer.length <= MAX_CHARS ? longer : whole;
  }, text);
}

/** Half the length of a usual clause: adding a clause brings the text closer to its length. */
const HALF_CLAUSE = 25;

type Clauses = Readonly<Record<Label, readonly string[]>>;

function chooseClauses(topic: Clauses, label: Label, random: Random): string[] {
  const { mean, deviation, min, max } = CHARS;
  const wanted = Math.min(max, Math.max(min, random.normal(mean, deviation)));
  const clauses = [random.pick(topic[label])];
  let length = (clauses[0] as string).length;
  while (length + HALF_CLAUSE < wanted) {
    const isContext = label !== 'neutral' && random.chance(CONTEXT);
    const unused = topic[isContext ? 'neutral' : label].filter((one) => !clauses.includes(one));
    if (unused.length === 0) {
      break;
    }
    const clause = random.pick(unused);
    if (isContext && random.chance(CONTEXT_FIRST)) {
      clauses.unshift(clause);
    } else {
      clauses.push(clause);
    }
    length += clause.length + 1;
  }
  return clauses;
}

function fillSlots(text: string, slots: Phrases['slots'], random: Random): string {
  const filled = new Map<string, string>();
  return text.replace(/([.!?…] )?\{(\w+)\}/g, (_, end: string = '', slot: string, at: number) => {
    const value = filled.get(slot) ?? random.pick(slots[slot] as readonly string[]);
    filled.set(slot, value);
    const beginsSentence = at === 0 || end !== '';
    return beginsSentence ? `${end}${value.charAt(0).toUpperCase()}${value.slice(1)}` : value;
  });
}

function writeInformally(text: string, informal: Phrases['informal']): string {
  return Object.entries(informal).reduce(
    (written, [formal, short]) =>
      written.replace(new RegExp(`(?<![\\p{L}'’])${formal}(?![\\p{L}'’])`, 'u'), short),
    text,
  );
}

function inventWord(random: Random): string {
  return Math.floor(random.next() * 36 ** 5).toString(36);
}

function digits(random: Random): string {
  return String(Math.floor(random.next() * 1_000));
}
