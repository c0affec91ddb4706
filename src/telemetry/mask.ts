/** Takes out of a text what tells who wrote it or whom it is about. */

// The looks behind let a match begin only where a word does: without them a long word would be
// tried from each of its characters, in quadratic time.
const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]+[@＠](?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}/gu;
const LINK =
  /(?<![\p{L}\p{N}])(?:https?:\/\/|www\.)\S+|(?<![\p{L}\p{N}.-])(?:[\p{L}\p{N}-]+\.)+[a-z]{2,}\/\S+/giu;
const MENTION = /[@＠][\p{L}\p{M}\p{N}_]+/gu;
/** Seven to fifteen digits (E.164), in groups or not, of any script. */
const PHONE =
  /(?<![\p{L}\p{N}])[+＋(]{0,2}\p{Nd}(?:[\s()./\-\u2010-\u2015]{0,3}\p{Nd}){6,14}(?![\p{L}\p{N}])/gu;

/**
 * Replaces e-mail addresses, links, mentions and phone numbers by placeholders. Mentions and links
 * become what the training data have in their place, `@user` and `http`.
 */
export function maskText(text: string): string {
  return text
    .replace(EMAIL, '<email>')
    .replace(LINK, 'http')
    .replace(MENTION, '@user')
    .replace(PHONE, '<phone>');
}
