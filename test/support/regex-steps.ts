/**
 * A backtracking matcher that counts its steps, so that tests can compare the work for n and for 2n
 * characters without a clock. It tries what V8's engine tries, in the same order; V8 saves some of these
 * steps, but not a power of the length. Backreferences are not supported.
 */

type Next = (at: number) => boolean;
/** Matches from a position on and continues; in a lookbehind, towards the start. */
type Matcher = (at: number, next: Next) => boolean;

const MAX_STEPS = 100_000;
const TOO_MANY = new Error(`more than ${MAX_STEPS} steps`);

interface Input {
  characters: readonly string[];
  steps: number;
}

export interface CountingRegex {
  /** The characters that its classes and literals are made of: sources for hostile texts. */
  readonly atoms: readonly RegExp[];
  /**
   * Steps for a search through the whole text, as `replaceAll` or, without `g`, `exec` do it; Infinity
   * above a limit, which exponential time reaches soon.
   */
  readonly stepsFor: (text: string) => number;
}

export function countingRegex({ source, flags }: RegExp): CountingRegex {
  const input: Input = { characters: [], steps: 0 };
  const atoms = new Map<string, RegExp>();
  const match = compile(source, flags, input, atoms);
  const search = (text: string): void => {
    input.characters = flags.includes('u') ? [...text] : text.split('');
    input.steps = 0;
    for (let at = 0; at <= input.characters.length; ) {
      let end = at;
      const isFound = match(at, (reached) => {
        end = reached;
        return true;
      });
      if (isFound ? !flags.includes('g') : flags.includes('y')) {
        break;
      }
      at = Math.max(end, at + 1);
    }
  };
  const stepsFor = (text: string): number => {
    try {
      search(text);
      return input.steps;
    } catch (error) {
      if (error !== TOO_MANY) {
        throw error;
      }
      return Number.POSITIVE_INFINITY;
    }
  };
  return { atoms: [...atoms.values()], stepsFor };
}

function compile(source: string, flags: string, input: Input, atoms: Map<string, RegExp>): Matcher {
  const isMultiline = flags.includes('m');
  const atomFlags = flags.replace(/[gym]/g, '');
  let position = 0;
  const takeIf = (text: string): boolean => {
    const isThere = source.startsWith(text, position);
    position += isThere ? text.length : 0;
    return isThere;
  };
  const take = (pattern: RegExp): string => {
    const [found = ''] = new RegExp(pattern, 'y').exec(source.slice(position)) ?? [];
    position += found.length;
    return found;
  };
  const character = (offset: number, at: number): string | undefined =>
    input.characters[at + offset];

  const alternatives = (isBackward: boolean): Matcher => {
    const options = [sequence(isBackward)];
    while (takeIf('|')) {
      options.push(sequence(isBackward));
    }
    return (at, next) => options.some((option) => option(at, next));
  };
  const sequence = (isBackward: boolean): Matcher => {
    const parts: Matcher[] = [];
    while (position < source.length && !/[|)]/.test(source[position] as string)) {
      parts.push(quantified(part(isBackward)));
    }
    const ordered = isBackward ? parts : parts.reverse();
    return ordered.reduce<Matcher>(
      (following, first) => (at, next) => first(at, (reached) => following(reached, next)),
      (at, next) => next(at),
    );
  };
  const part = (isBackward: boolean): Matcher => {
    if (takeIf('(?=') || takeIf('(?!')) {
      return lookaround(source[position - 1] === '=', false);
    }
    if (takeIf('(?<=') || takeIf('(?<!')) {
      return lookaround(source[position - 1] === '=', true);
    }
    if (take(/\((?:\?:|\?<\w+>)?/) !== '') {
      const group = alternatives(isBackward);
      takeIf(')');
      return group;
    }
    return assertion() ?? atom(isBackward);
  };
  const lookaround = (isWanted: boolean, isBackward: boolean): Matcher => {
    const inner = alternatives(isBackward);
    takeIf(')');
    return (at, next) => inner(at, () => true) === isWanted && next(at);
  };
  const assertion = (): Matcher | undefined => {
    const isLineBreak = (text: string | undefined): boolean =>
      text === undefined || (isMultiline && text === '\n');
    const isWord = (text: string | undefined): boolean => text !== undefined && /\w/.test(text);
    if (takeIf('^')) {
      return (at, next) => isLineBreak(character(-1, at)) && next(at);
    }
    if (takeIf('$')) {
      return (at, next) => isLineBreak(character(0, at)) && next(at);
    }
    if (takeIf('\\b')) {
      return (at, next) => isWord(character(-1, at)) !== isWord(character(0, at)) && next(at);
    }
    return undefined;
  };
  const atom = (isBackward: boolean): Matcher => {
    const text = take(/\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{\w+\}|\\u\w{4}|\\x\w\w|\\?./su);
    if (/^\\(?:[1-9]|k<|B)/.test(text)) {
      throw new Error(`${text} in /${source}/ is not supported`);
    }
    const pattern = atoms.get(text) ?? new RegExp(`^${text}$`, atomFlags);
    atoms.set(text, pattern);
    const known = new Map<string, boolean>();
    return (at, next) => {
      input.steps += 1;
      if (input.steps > MAX_STEPS) {
        throw TOO_MANY;
      }
      const found = character(isBackward ? -1 : 0, at);
      if (found === undefined) {
        return false;
      }
      const isMatch = known.get(found) ?? pattern.test(found);
      known.set(found, isMatch);
      return isMatch && next(isBackward ? at - 1 : at + 1);
    };
  };
  const quantified = (matcher: Matcher): Matcher => {
    const sign = take(/[*+?]|\{\d+(?:,\d*)?\}/);
    if (sign === '') {
      return matcher;
    }
    const [min, max = min] =
      { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[sign] ??
      sign
        .slice(1, -1)
        .split(',')
        .map((count) => (count === '' ? Infinity : Number(count)));
    const isLazy = takeIf('?');
    return (at, next) => repeat(matcher, min as number, max as number, isLazy, at, next);
  };
  return alternatives(false);
}

function repeat(
  matcher: Matcher,
  min: number,
  max: number,
  isLazy: boolean,
  at: number,
  next: Next,
): boolean {
  const more = (): boolean =>
    max > 0 &&
    matcher(at, (reached) => {
      // As in ECMAScript, an optional iteration that is empty is refused.
      const isEmpty = min <= 0 && reached === at;
      return !isEmpty && repeat(matcher, min - 1, max - 1, isLazy, reached, next);
    });
  if (min > 0) {
    return more();
  }
  return isLazy ? next(at) || more() : more() || next(at);
}
