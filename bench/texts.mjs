// Generated texts with the lengths of tweets (about 29 tokens on average), all different.
const OPENINGS = [
  'Just saw',
  'Can’t believe',
  'Looking forward to',
  'So tired of',
  'Nobody told me about',
  'Finally tried',
  'Still thinking about',
  'Anyone else here for',
  'Thank you for',
  'Not sure about',
];
const SUBJECTS = [
  'the new season of the show',
  'the train to the airport on Monday',
  'that concert in the park',
  'this phone and its battery',
  'the weather forecast for the weekend',
  'my sister’s birthday cake',
  'the match on Saturday night',
  'what they did to the old cinema',
  'the queue at the post office',
  'the update they shipped yesterday',
];
const ENDINGS = [
  'and it was better than I hoped',
  'but the sound was terrible',
  'and I may never go back',
  'which made my day',
  'so let us see how it goes',
  'and I have no words',
  'at least it was cheap',
  'who would have thought',
  'and my friends agree',
  'until the 3rd of March',
];
const TAILS = [
  '',
  '',
  '',
  ' #weekend',
  ' @someone',
  ' https://example.com/a1',
  ' !!!',
  ' :)',
  ' 😀',
];

/** A linear congruential generator of numbers in [0, 1), the same in each run. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of such a generator follow short cycles.
    return state / 2 ** 32;
  };
}

/**
 * @param first the number in the first text; each text has the next one, so that no two are equal.
 * @returns `count` different texts of one to three sentences.
 */
export function makeTexts(count, seed = 1, first = 0) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  return Array.from({ length: count }, (_, i) => {
    const sentences = Array.from({ length: pick([1, 1, 2, 2, 2, 3]) }, () => {
      const words = `${pick(OPENINGS)} ${pick(SUBJECTS)}`;
      return pick([true, true, false]) ? `${words} ${pick(ENDINGS)}` : words;
    });
    return `${sentences.join('. ')} ${first + i}${pick(TAILS)}`;
  });
}

/** @returns a function that returns so many texts, different from all that it has returned before. */
export function createTextSource() {
  // As long as all numbers have seven digits, all texts have the same distribution of lengths.
  let next = 1_000_000;
  return (count) => {
    const texts = makeTexts(count, next, next);
    next += count;
    return texts;
  };
}

/** The same with texts of about ten tokens, for measurements that need many texts. */
export function createShortTextSource() {
  let next = 1_000_000;
  return (count) => Array.from({ length: count }, () => `Train ${next++} is late again`);
}

/**
 * Simon's process: each text is new or, with probability 1/2, a repeat of one drawn from all before it. The
 * frequencies follow a Zipf law, and half of the texts are repeats at any moment (Simon, "On a class
 * of skew distribution functions", Biometrika 42, 1955).
 */
export function repeatHalf(texts) {
  const random = generator(texts.length);
  const sequence = [];
  for (const text of texts) {
    const repeats = sequence.length > 0 && random() < 0.5;
    sequence.push(repeats ? sequence[Math.floor(random() * sequence.length)] : text);
  }
  return sequence;
}

/**
 * Different texts with an exact number of tokens, of words that are one token each.
 *
 * @param tokenize the tokenizer of the model; its special tokens count too.
 */
export function makeTextsOfLength(count, tokens, tokenize) {
  const random = generator(tokens);
  const special = tokenize('').ids.length;
  const words = [...new Set([...OPENINGS, ...SUBJECTS, ...ENDINGS].join(' ').split(/\W+/))].filter(
    (word) => word && tokenize(word).ids.length === special + 1,
  );
  return Array.from({ length: count }, () =>
    Array.from({ length: tokens - special }, () => words[Math.floor(random() * words.length)]).join(
      ' ',
    ),
  );
}
