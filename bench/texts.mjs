// Texts with the lengths of tweets (about 29 tokens on average), all different, out of no data set.
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

/** A small linear congruential generator: the same texts in each run. */
function generator(seed) {
  let state = seed;
  return (list) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return list[state % list.length];
  };
}

/** @returns `count` different texts of one to three sentences. */
export function makeTexts(count, seed = 1) {
  const pick = generator(seed);
  return Array.from({ length: count }, (_, i) => {
    const sentences = Array.from({ length: pick([1, 1, 2, 2, 2, 3]) }, () => {
      const words = `${pick(OPENINGS)} ${pick(SUBJECTS)}`;
      return pick([true, true, false]) ? `${words} ${pick(ENDINGS)}` : words;
    });
    return `${sentences.join('. ')} ${i}${pick(TAILS)}`;
  });
}
