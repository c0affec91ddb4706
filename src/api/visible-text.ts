/** What a text needs so that there is something to classify, for the description of the interface. */

/** First and last code points: white space, controls, what is ignored in display, and no characters. */
const BLANK = [
  ...[[0x0, 0x20], [0x7f, 0xa0], [0xad], [0x34f], [0x600, 0x605], [0x61c], [0x6dd], [0x70f]],
  ...[[0x890, 0x891], [0x8e2], [0x115f, 0x1160], [0x1680], [0x17b4, 0x17b5], [0x180b, 0x180f]],
  ...[[0x2000, 0x200f], [0x2028, 0x202f], [0x205f, 0x206f], [0x2800], [0x3000], [0x3164]],
  ...[[0xfdd0, 0xfdef], [0xfe00, 0xfe0f], [0xfeff], [0xffa0], [0xfff0, 0xfffb], [0xfffe, 0xffff]],
  ...[[0x110bd], [0x110cd], [0x13430, 0x1343f], [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a]],
  ...[0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc].map(lastOfPlane),
  ...[[0xdfffe, 0xe0fff], lastOfPlane(0xe), lastOfPlane(0xf), lastOfPlane(0x10)],
] as const;

/** The last two code points of a plane of Unicode are no characters. */
function lastOfPlane(plane: number): [number, number] {
  return [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff];
}

/**
 * A character that a reader sees, as a regular expression of JSON Schema: in ranges, since not every validator
 * knows `\p{…}`, which src/serving/input-limits.ts uses.
 */
export const VISIBLE_PATTERN = `[^${BLANK.map((range) => range.map(write).join('-')).join('')}]`;

/** Beyond 0xffff, dialects of regular expressions have no escape in common. */
function write(codePoint: number): string {
  return codePoint > 0xffff
    ? String.fromCodePoint(codePoint)
    : `\\u${codePoint.toString(16).padStart(4, '0')}`;
}
