/**
 * Unicode as the Rust library `tokenizers` has it. JavaScript's own properties, lower case and
 * normalization are of another version, that of Node: docs/decisions/0013-tokenizers.md.
 */
import {
  COMBINING_MARK,
  CONTROL,
  LOWER_CASE,
  NEWER_THAN_NORMALIZATION,
  NONSPACING_MARK,
  NUMERIC,
  ONIGURUMA,
  PUNCTUATION,
  WORD,
} from './unicode-tables.ts';

/** Code points, in ascending order. */
type Ranges = readonly (readonly [first: number, last: number])[];

const LAST_CODE_POINT = 0x10ffff;

/** `White_Space`, the same in each version since Unicode 6.3. `\s` of JavaScript differs from it. */
const WHITE_SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

/** As BertNormalizer has them: one range begins at U+2B920 instead of U+2B820. */
const IDEOGRAPHS: Ranges = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
];

/** Classes of characters: what is between the brackets of a regular expression with the flag `u`. */
export const CLASSES = {
  whiteSpace: toClass(WHITE_SPACE),
  ideograph: toClass(IDEOGRAPHS),
  punctuation: toClass(decode(PUNCTUATION)),
  control: toClass(decode(CONTROL)),
  nonspacingMark: toClass(decode(NONSPACING_MARK)),
  combiningMark: toClass(decode(COMBINING_MARK)),
  numeric: toClass(decode(NUMERIC)),
  word: toClass(decode(WORD)),
};

/** @param table `gap` or `gap-extra`, as unicode-tables.ts describes it. */
function decode(table: string): Ranges {
  let end = 0;
  return table.split(' ').map((range) => {
    const [gap, extra = 0] = range.split('-').map((digits) => Number.parseInt(digits, 36));
    const first = end + (gap as number);
    end = first + extra;
    return [first, end];
  });
}

function toClass(ranges: Ranges): string {
  return ranges
    .map(([first, last]) =>
      first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`,
    )
    .join('');
}

function escaped(codePoint: number): string {
  return `\\u{${codePoint.toString(16)}}`;
}

function complement(ranges: Ranges): Ranges {
  const others: [number, number][] = [];
  let next = 0;
  for (const [first, last] of [...ranges, [LAST_CODE_POINT + 1, 0] as const]) {
    if (first > next) {
      others.push([next, first - 1]);
    }
    next = last + 1;
  }
  return others;
}

/**
 * The class of a Unicode property as Oniguruma has it.
 *
 * @param name `Alphabetic`, `White_Space` or a general category, with one letter or two.
 * @returns undefined for another property.
 */
export function propertyClass(name: string, isNegated: boolean): string | undefined {
  const ranges = name === 'White_Space' ? WHITE_SPACE : categoryRanges(name);
  return ranges && toClass(isNegated ? complement(ranges) : ranges);
}

function categoryRanges(name: string): Ranges | undefined {
  const isMajor = /^[LMNPSZC]$/.test(name);
  const tables = Object.entries(ONIGURUMA)
    .filter(([table]) => table === name || (isMajor && table.length === 2 && table[0] === name))
    .map(([, table]) => decode(table));
  return tables.length === 0 ? undefined : tables.flat().sort(([a], [b]) => a - b);
}

/** Where lower case is one other character. */
const LOWER = decodeLowerCase();
const UPPER = new RegExp(`[${[...LOWER.keys(), 'İ'].join('')}]`, 'gu');
/** In every version, these have the same lower case, wherever they are in a word. */
const LATIN = /^[\0-\u024f]*$/;

function decodeLowerCase(): ReadonlyMap<string, string> {
  const lower = new Map<string, string>();
  let end = 0;
  for (const run of LOWER_CASE.split(' ')) {
    const numbers = run.split(',').map((digits) => Number.parseInt(digits, 36));
    const [gap, count, step, offset] = numbers as [number, number, number, number];
    const first = end + gap;
    end = first + (count - 1) * step;
    for (let code = first; code <= end; code += step) {
      lower.set(String.fromCodePoint(code), String.fromCodePoint(code + offset));
    }
  }
  return lower;
}

/** Lower case of each character by itself: that of `Σ` does not depend on the next one. */
export function toLowerCase(text: string): string {
  return LATIN.test(text)
    ? text.toLowerCase()
    : text.replace(UPPER, (character) => LOWER.get(character) ?? character.toLowerCase());
}

export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** JavaScript may decompose, reorder or compose these; the library does not know them. */
const UNKNOWN = toClass(decode(NEWER_THAN_NORMALIZATION)) + toClass(decode(ONIGURUMA.Cn));
const HAS_UNKNOWN = new RegExp(`[${UNKNOWN}]`, 'u');
const KNOWN = new RegExp(`[^${UNKNOWN}]+`, 'gu');

/** Unicode normalization; a character that the library does not know is kept and separates its neighbours. */
export function normalizeUnicode(text: string, form: NormalizationForm): string {
  return HAS_UNKNOWN.test(text)
    ? text.replace(KNOWN, (run) => run.normalize(form))
    : text.normalize(form);
}
