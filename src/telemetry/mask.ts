/**
 * Removes from a text what identifies its author or the people it is about.
 *
 * Each expression takes linear time: with a lookbehind, a match begins only at the start of a word; without
 * it, each character of a long word would be tried. In scripts without spaces between words, a placeholder
 * also replaces some neighbouring characters.
 */
import {
  type FoldedText,
  foldCharacters,
  foldCharactersAndPercent,
  hasPercentEncoded,
} from './folded-text.ts';

interface Rule {
  /** Each match contains a match of this. Most texts contain none, and skip the slower expression. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  readonly placeholder: (match: string) => string;
}

const WORD = '\\p{L}\\p{M}\\p{N}_';
const LABEL = `[${WORD}-]`;
/** RFC 5322 (`atext`) and RFC 6531, dots, and the apostrophe that phones write. */
const LOCAL_PART = `${WORD}.!#$%&'’*+/=?^\`{|}~-`;

const LINK: Rule = {
  hint: /:\/\//,
  pattern: /(?<![a-z\d+-])[a-z\d+-]+:\/\/\S+/giu,
  placeholder: () => 'http',
};

/** The quoted form has at most 64 characters (RFC 5321). */
const EMAIL: Rule = {
  hint: /\S@/,
  pattern: new RegExp(
    `(?:"(?:[^"\\\\\\n]|\\\\.){1,64}"|(?<![${LOCAL_PART}]|[${LOCAL_PART}]@)(?:[${LOCAL_PART}]+@)*[${LOCAL_PART}]+)@` +
      `(?:(?:${LABEL}+[.。])+${LABEL}+(?:[.。]?%\\S*)?|\\[[\\p{L}\\p{N}.:]+\\])`,
    'gu',
  ),
  placeholder: () => '<email>',
};

/** A name without a path is a domain only if it ends in one of these: few sentences start with them. */
const TOP_LEVEL_DOMAINS = [
  'com org net edu gov mil int info biz mobi museum aero asia coop eu co\\.uk',
  'app dev io ai co tv gg ly xyz online site website shop store tech blog cloud digital email agency',
  'studio social page link live news space world club wiki zone media design network systems',
  'ac ae ag ar br ch cl cn cz de dk fi fr gr hk hr hu ie il ir jp kr lt lu lv mx ng nl nz ph pk',
  'pl pt ro rs ru sg sk th tr tw ua uk vn za',
  'рф рус укр бел срб қаз 中国 中國 公司 网络 한국 भारत مصر السعودية امارات xn--[a-z\\d-]+',
]
  .flatMap((line) => line.split(' '))
  .join('|');

const DOMAIN: Rule = {
  hint: /\.[\p{L}\p{N}]/u,
  pattern: new RegExp(
    `(?<![a-z])www\\.\\S+|(?<!${LABEL}|${LABEL}\\.)(?:${LABEL}+\\.)+` +
      `(?:\\p{L}[\\p{L}\\p{M}]+(?::\\d+)?/\\S*|` +
      `(?:${TOP_LEVEL_DOMAINS})(?!${LABEL}|<phone>)(?::\\d+(?!${LABEL}))?(?:[/?#]\\S+)?)`,
    'giu',
  ),
  placeholder: () => 'http',
};

const MENTION: Rule = {
  hint: /@/,
  pattern: new RegExp(`@[${WORD}]+(?:://\\S+)?`, 'gu'),
  placeholder: () => '@user',
};

/**
 * An international bank account number (ISO 13616): country, two check digits, 11 to 30 letters and
 * digits; in groups of four or none. In lower case, the groups could be words.
 */
const MIN_DIGITS_OF_LOWER_CASE_IBAN = 8;
const IBAN: Rule = {
  hint: /[a-z]{2}\d\d/i,
  pattern: new RegExp(
    `(?<![\\p{L}\\p{N}]|<phone>)(?:${iban('A-Z')}|${iban('a-z')})(?![\\p{L}\\p{N}]|<phone>)`,
    'gu',
  ),
  placeholder: (match) =>
    match === match.toUpperCase() ||
    match.replace(/\D/g, '').length >= MIN_DIGITS_OF_LOWER_CASE_IBAN
      ? '<phone>'
      : match,
};

/** Or after the bank's four letters only digits, in groups of any size, as in Britain. */
function iban(letters: string): string {
  // A placeholder does not belong to it.
  const separator = '[^\\p{L}\\p{N}<@]{0,2}';
  const group = (count: string): string => `${separator}[${letters}\\d]{${count}}`;
  const groups = (count: string): string => `(?:${group('4')}){${count}}`;
  const account = [
    `${groups('3,7')}(?:${group('1,3')})?`,
    `${groups('2')}${group('3')}`,
    `${separator}[${letters}]{4}(?:${separator}\\d){7,26}`,
  ];
  return `[${letters}]{2}\\d\\d(?:${account.join('|')})`;
}

/** Phone numbers, bank accounts, cards, documents: seven digits of any script without a letter between. */
const NUMBER: Rule = {
  hint: /\p{N}/u,
  pattern: /[+(]{0,2}\p{N}(?:[^\p{L}\p{N}]*\p{N}){6,}/gu,
  placeholder: () => '<phone>',
};

const RULES = [LINK, EMAIL, DOMAIN, MENTION, IBAN, NUMBER];

/** In encoded text a placeholder may complete another match, which takes another pass. */
const MAX_PASSES = 4;

/** For a test of the time that each takes. */
export const MASK_PATTERNS = RULES.map(({ pattern }) => pattern);

/**
 * Replaces e-mail addresses, links, mentions, and numbers of seven or more digits by placeholders.
 * Mentions and links become what the training data have in their place, `@user` and `http`. The result
 * does not change when it is masked again.
 */
export function maskText(text: string): string {
  let masked = text;
  for (let pass = 0; pass < MAX_PASSES && hasPercentEncoded(masked); pass++) {
    const before = masked;
    masked = maskEncoded(before);
    if (masked === before) {
      return masked;
    }
  }
  return apply(RULES, masked, foldCharacters);
}

/** Characters that look encoded may also be literal parts of an address or a number. */
function maskEncoded(text: string): string {
  const addresses = apply([LINK, EMAIL], text, foldCharacters);
  const decoded = apply(RULES, addresses, foldCharactersAndPercent);
  return apply([NUMBER], decoded, foldCharacters);
}

function apply(
  rules: readonly Rule[],
  text: string,
  fold: (original: string) => FoldedText,
): string {
  let current = fold(text);
  for (const { hint, pattern, placeholder } of rules) {
    if (hint.test(current.folded)) {
      const masked = current.replaceAll(pattern, placeholder);
      current = masked === current.original ? current : fold(masked);
    }
  }
  return current.original;
}
