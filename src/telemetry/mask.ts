/** Removes from a text what identifies its author or the people it is about. */

// The lookbehinds let a match begin only at the start of a word: without them a long word would be
// tried from each of its characters, in quadratic time. Scripts without spaces between words lose
// some neighbouring characters to a placeholder; nothing is left in because of them.
const EMAIL =
  /(?<![\p{L}\p{M}\p{N}._%+-])[\p{L}\p{M}\p{N}._%+-]+[@＠](?:[\p{L}\p{M}\p{N}-]+[.．。])+[\p{L}\p{M}\p{N}-]{2,}/gu;
/** With a scheme, or a path, or an end that words hardly have. */
const LINK =
  /https?:\/\/\S+|www\.\S+|(?<![\p{L}\p{M}\p{N}.-])(?:[\p{L}\p{M}\p{N}-]+\.)+(?:\p{L}{2,}\/\S*|(?:com|org|net|info|edu|gov|co\.uk|рф)(?![\p{L}\p{N}]))/giu;
const MENTION = /[@＠][\p{L}\p{M}\p{N}_\u200c\u200d]+/gu;
/**
 * Seven to nineteen digits of any script, in groups or not: phone numbers have at most 15 (E.164),
 * card numbers 19.
 */
const NUMBER =
  /(?<!\p{Nd})[+＋(（]{0,2}\p{Nd}(?:[\s()（）.．/／\-－\u2010-\u2015\u2212]{0,3}\p{Nd}){6,18}(?!\p{Nd})/gu;

// Each match contains one of these. Most texts contain none, and skip the slower expressions.
const AT = /[@＠]/;
const DOT_OR_SLASHES = /:\/\/|\.[\p{L}\p{N}]/u;
const DIGIT = /\p{Nd}/u;

/**
 * Replaces e-mail addresses, links, mentions and phone numbers by placeholders. Mentions and links
 * become what the training data have in their place, `@user` and `http`.
 */
export function maskText(text: string): string {
  let masked = text;
  if (AT.test(text)) {
    masked = masked.replace(EMAIL, '<email>');
  }
  if (DOT_OR_SLASHES.test(text)) {
    masked = masked.replace(LINK, 'http');
  }
  if (AT.test(masked)) {
    masked = masked.replace(MENTION, '@user');
  }
  return DIGIT.test(masked) ? masked.replace(NUMBER, '<phone>') : masked;
}
