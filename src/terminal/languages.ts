/** Languages by their English names. */

/** The code of a text whose language is not certain (ISO 639-2). */
export const UNDETERMINED = 'und';

const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** `German`; a code without a name is returned as it is. */
export function languageName(code: string): string {
  if (code === UNDETERMINED) {
    return 'undetermined';
  }
  if (code === 'other') {
    return 'other languages';
  }
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
