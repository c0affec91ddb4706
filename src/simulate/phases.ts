/** The flags of `simulate` → phases of traffic. */
import { parseDuration } from '../terminal/time.ts';
import { LANGUAGES, type Language } from './languages.ts';
import type { Mix } from './traffic.ts';

export interface Phase {
  /** Empty where the texts are from a file. */
  readonly mix: Mix;
  readonly durationMs: number;
}

/** @throws RangeError with what was expected and what was found. */
export function parseMix(text: string): Mix {
  const mix: Partial<Record<Language, number>> = {};
  for (const part of text.split(',')) {
    const [, language = '', weight = ''] = /^\s*([a-z]+)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (!isLanguage(language)) {
      throw new RangeError(
        `expected language=weight, such as en=1,de=0.2, with the languages ` +
          `${Object.keys(LANGUAGES).join(', ')}; found "${part.trim()}"`,
      );
    }
    if (mix[language] !== undefined) {
      throw new RangeError(`expected each language once; found ${language} again`);
    }
    mix[language] = Number(weight);
  }
  if (!Object.values(mix).some((weight) => weight > 0)) {
    throw new RangeError('expected a weight above 0');
  }
  return mix;
}

/** @returns milliseconds. @throws RangeError with what was expected and what was found. */
export function parsePhaseDuration(text: string): number {
  const durationMs = parseDuration(text.trim(), ['s', 'm', 'h']);
  if (!durationMs) {
    throw new RangeError(`expected a duration such as 30s, 2m or 1h; found "${text.trim()}"`);
  }
  return durationMs;
}

/**
 * @param durationsMs one for all phases, or one for each.
 * @throws RangeError where their number is another one.
 */
export function planPhases(mixes: readonly Mix[], durationsMs: readonly number[]): Phase[] {
  if (durationsMs.length !== 1 && durationsMs.length !== mixes.length) {
    throw new RangeError(
      `expected one duration, or one for each of ${mixes.length} phases; found ${durationsMs.length}`,
    );
  }
  return mixes.map((mix, index) => ({
    mix,
    durationMs: (durationsMs[index] ?? durationsMs[0]) as number,
  }));
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGES, text);
}
