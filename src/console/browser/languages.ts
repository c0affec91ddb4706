/** The languages of the traffic, which of them the model knows, and which raise an alarm. */
import type { ConsoleData } from '../../api/console.ts';
import type { Finding } from '../../api/finding.ts';
import { languageName, UNDETERMINED } from '../../terminal/languages.ts';
import { type Source, sumsOf } from './series.ts';

export type Severity = Exclude<Finding['severity'], 'fine'>;
/** By language. The largest share comes first. */
export type LanguageAlarms = ReadonlyMap<string, Severity>;

/** Of this replica, and of all replicas by the alerts that fire. */
export function languageAlarms({ drift, fleet }: ConsoleData): LanguageAlarms {
  const alarms = drift.alarms
    .filter(({ feature }) => feature === 'language')
    .map(({ bin, severity }) => ({ language: bin ?? undefined, severity }));
  const alerts = fleet.status === 'ok' ? fleet.alerts : [];
  const found = new Map<string, Severity>();
  for (const { language, severity } of [...alarms, ...alerts]) {
    if (language !== undefined && found.get(language) !== 'act') {
      found.set(language, severity === 'page' ? 'act' : 'look');
    }
  }
  return found;
}

/** @param known empty where the version has no profile: then no language is foreign. */
export function isForeign(language: string, known: readonly string[]): boolean {
  return language !== UNDETERMINED && known.length > 0 && !known.includes(language);
}

export interface LanguageShare {
  readonly language: string;
  readonly alarm: Severity | undefined;
  /** Share of the last minutes, 0 to 1. */
  readonly lasting: number;
  /** Share of all that the chart shows. */
  readonly shown: number;
  /** Share of the training data, and of the deployment's normal; undefined where there is none. */
  readonly training: number | undefined;
  readonly normal: number | undefined;
}

/** All languages that the chart shows, the most frequent of the last minutes first. */
export function languageShares(data: ConsoleData, source: Source): LanguageShare[] {
  const { drift } = data;
  const alarms = languageAlarms(data);
  const shown = sharesOf(sumsOf(source, ({ languages }) => languages, Number.POSITIVE_INFINITY));
  const lasting = sharesOf(source.lasting);
  const bins = drift.features.find(({ feature }) => feature === 'language')?.bins;
  return [...new Set([...Object.keys(lasting), ...Object.keys(shown)])]
    .map((language) => ({
      language,
      alarm: alarms.get(language),
      lasting: lasting[language] ?? 0,
      shown: shown[language] ?? 0,
      training: bins?.find(({ bin }) => bin === language)?.reference,
      normal: drift.normal.language?.[language],
    }))
    .sort((a, b) => b.lasting - a.lasting || b.shown - a.shown);
}

function sharesOf(amounts: Readonly<Record<string, number>>): Record<string, number> {
  const total = Object.values(amounts).reduce((sum, n) => sum + n, 0);
  const shares = Object.entries(amounts).map(([name, n]) => [name, n / total] as const);
  return Object.fromEntries(shares.filter(([, share]) => share > 0));
}

/** A smaller share is a stray, unless it raises an alarm. */
const MAX_STRAY_SHARE = 0.01;
const MAX_ROWS = 8;

/** Strays, and what is beyond the first rows, are one row: `9 others`. */
export function foldStrays(shares: readonly LanguageShare[]): {
  readonly main: readonly LanguageShare[];
  readonly strays: readonly LanguageShare[];
} {
  const isMain = ({ alarm, lasting, shown }: LanguageShare): boolean =>
    alarm !== undefined || Math.max(lasting, shown) >= MAX_STRAY_SHARE;
  const main = shares.filter((share, i) => share.alarm || (isMain(share) && i < MAX_ROWS));
  const strays = shares.filter((share) => !main.includes(share));
  // One row takes no more room than the row that names it.
  return strays.length === 1 ? { main: [...main, ...strays], strays: [] } : { main, strays };
}

/** `English, German`; empty where nothing is known. */
export function languageNames(codes: readonly string[]): string {
  return codes
    .filter((code) => code !== UNDETERMINED && code !== 'other')
    .map(languageName)
    .join(', ');
}
