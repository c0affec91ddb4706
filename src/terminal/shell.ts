/** Commands that a shell of POSIX reads. */

/** A text as one word, whatever is in it. */
export function quoteWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
