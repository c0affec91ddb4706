/**
 * A text of at most `maxChars` characters (code points): a longer one is cut between two characters, and the
 * last one is then `…`.
 */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) {
    return text;
  }
  let end = 0;
  let keptUnits = 0;
  for (let chars = 1; chars <= maxChars; chars++) {
    keptUnits = end;
    end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
    if (end >= text.length) {
      return text;
    }
  }
  return `${text.slice(0, keptUnits)}…`;
}
