import { UNDETERMINED } from '../inference/language.ts';
import { OTHER } from './profile.ts';

/**
 * Languages that traffic is counted by; each other one counts as `other`. With `other`, at most 24, since
 * each is a label value of several metrics.
 */
export const COUNTED_LANGUAGES: readonly string[] = [
  ...['ar', 'cs', 'da', 'de', 'el', 'en', 'es', 'fi', 'fr', 'hi', 'id', 'it'],
  ...['ja', 'ko', 'nl', 'pl', 'pt', 'ru', 'sv', 'tr', 'uk', 'zh'],
  UNDETERMINED,
];

const counted = new Set(COUNTED_LANGUAGES);

/** The language as it is counted. */
export function countedLanguage(language: string): string {
  return counted.has(language) ? language : OTHER;
}
