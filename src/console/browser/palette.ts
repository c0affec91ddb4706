/** The colours of languages in charts and tables: each language has its own, unless it raises an alarm. */
import { languageName, UNDETERMINED } from '../../terminal/languages.ts';
import type { LanguageAlarms, Severity } from './languages.ts';
import type { ChartSeries } from './series.ts';

/** Languages with a colour of their own; others share these by their code. */
const LANGUAGES = ['en', 'de', 'es', 'fr', 'pt', 'it', 'ar', 'hi', 'nl', 'ja', 'id', 'tr'];
/** Shades of each severity; further languages share the last one. */
const ALARM_SHADES = 3;

function ownColor(language: string): string {
  if (language === UNDETERMINED || language === 'other') {
    return `--language-${language}`;
  }
  const known = LANGUAGES.indexOf(language);
  const sum = [...language].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return `--language-${(known >= 0 ? known : sum % LANGUAGES.length) + 1}`;
}

/** The series of a language. */
export function languageSeries(language: string, alarms: LanguageAlarms): ChartSeries {
  const severity = alarms.get(language);
  return {
    name: languageName(language),
    color: severity ? alarmColor(language, severity, alarms) : ownColor(language),
    striped: severity !== undefined,
  };
}

/** Several alarms of one severity differ in their shades. */
function alarmColor(language: string, severity: Severity, alarms: LanguageAlarms): string {
  const same = [...alarms].filter(([, each]) => each === severity).map(([name]) => name);
  return `--${severity}-${Math.min(same.indexOf(language) + 1, ALARM_SHADES)}`;
}
