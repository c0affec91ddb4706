/** What a report says, in words; whoever shows them makes them harmless. */
import { DRIFT_POLICY } from '../policy.ts';
import type { BinDrift } from '../psi.ts';
import type { DriftReport, Example, FeatureReport } from './report.ts';

/** Categories are shown one by one up to so many; of more, those that matter. */
const MAX_CATEGORIES = 8;

/** A bin matters with such a share of either side. */
const MIN_SHARE = 0.005;

const TITLES: Readonly<Record<string, string>> = {
  language: 'language',
  label: 'label',
  score: 'score',
  tokens: 'tokens of a text',
  unknown_ratio: 'unknown tokens, share of a text’s',
};

const languageNames = new Intl.DisplayNames('en', { type: 'language' });

/** A bin as it is shown. */
export interface Row {
  readonly name: string;
  readonly count: number;
  readonly observed: number;
  readonly reference: number;
  readonly contribution: number;
}

export function titleOf(feature: string): string {
  return TITLES[feature] ?? feature;
}

/** The bins to show: numbers in their order; of many categories those that matter, largest first. */
export function rowsOf({ feature, bins }: FeatureReport): Row[] {
  const rows = bins.map((bin, i) => ({ ...bin, name: binTitle(feature, bins, i) }));
  if (areNumbers(bins) || bins.length <= MAX_CATEGORIES) {
    return rows;
  }
  const matters = ({ observed, reference, contribution }: Row): boolean =>
    Math.max(observed, reference, contribution) >= MIN_SHARE;
  const rest = rows.filter((row) => !matters(row));
  const sum = (of: 'count' | 'observed' | 'reference' | 'contribution'): number =>
    rest.reduce((total, row) => total + row[of], 0);
  return [
    ...rows
      .filter(matters)
      .sort((a, b) => b.contribution - a.contribution || b.reference - a.reference),
    ...(rest.length > 0
      ? [
          {
            name: `${rest.length} more`,
            count: sum('count'),
            observed: sum('observed'),
            reference: sum('reference'),
            contribution: sum('contribution'),
          },
        ]
      : []),
  ];
}

/** `language: German (de)` */
export function exampleTitle({ features }: DriftReport, { feature, bin }: Example): string {
  const bins = features.find((each) => each.feature === feature)?.bins ?? [];
  const index = bins.findIndex((each) => each.bin === bin);
  return `${titleOf(feature)}: ${binTitle(feature, bins, index)}`;
}

/** `German (de)`, `0.45–0.55`, `over 64`. */
function binTitle(feature: string, bins: readonly Pick<BinDrift, 'bin'>[], i: number): string {
  const name = bins[i]?.bin ?? '';
  if (feature === 'language') {
    return languageTitle(name);
  }
  if (!areNumbers(bins)) {
    return name;
  }
  const before = bins[i - 1]?.bin;
  if (before === undefined) {
    return Number(name) === 0 ? '0' : `to ${name}`;
  }
  // The last bound is the largest value that there is.
  return i === bins.length - 1 ? `over ${before}` : `${before}–${name}`;
}

function languageTitle(code: string): string {
  if (code === 'und') {
    return 'undetermined';
  }
  const name = /^[a-z]{2,3}$/.test(code) ? languageNames.of(code) : undefined;
  return name === undefined || name === code ? code : `${name} (${code})`;
}

function areNumbers(bins: readonly Pick<BinDrift, 'bin'>[]): boolean {
  return bins.every(({ bin }) => Number.isFinite(Number(bin)));
}

export function verdictTitle({ verdict, observations }: FeatureReport): string {
  return verdict === 'too_few'
    ? `too few: ${observations} of ${DRIFT_POLICY.minObservations}`
    : verdict;
}

/** One sentence for the whole, and one for each foreign language. */
export function summaryOf(report: DriftReport): { headline: string; foreign: string[] } {
  return {
    headline: headlineOf(report),
    foreign: report.foreign_languages.map(
      ({ bin, observed, reference }) =>
        `${languageTitle(bin)} is ${formatShare(observed)} of the texts and ` +
        `${formatShare(reference)} of the training data.`,
    ),
  };
}

function headlineOf({ predictions, threshold, features, foreign_languages }: DriftReport): string {
  const drifted = features.filter(({ drifted }) => drifted).map(({ feature }) => feature);
  const findings = [
    ...(foreign_languages.length > 0
      ? [foreign_languages.length === 1 ? 'a foreign language' : 'foreign languages']
      : []),
    ...(drifted.length > 0 ? [`stability index above ${threshold}: ${drifted.join(', ')}`] : []),
  ];
  if (findings.length > 0) {
    return `Drift: ${findings.join('; ')}.`;
  }
  if (predictions === 0) {
    return 'No predictions: nothing to tell.';
  }
  return predictions < DRIFT_POLICY.minObservations
    ? `Too few predictions to tell: ${predictions}, at least ${DRIFT_POLICY.minObservations} are needed.`
    : `No drift: no stability index above ${threshold}, no foreign language.`;
}

/** Where it comes from: times and number of predictions, then files or address. */
export function originOf({ source, from, to, predictions }: DriftReport): string[] {
  const counted = `${formatCount(predictions)} ${plural(predictions, 'prediction')}`;
  const window = from && to ? `${counted}, ${formatTime(from)} to ${formatTime(to)} UTC` : counted;
  return source.kind === 'server'
    ? [`${window} (since the server’s start)`, source.url]
    : [window, source.files.map((file) => (file === '-' ? 'standard input' : file)).join(', ')];
}

/** What a reader has to know beside the numbers. */
export function notesOf(report: DriftReport): string[] {
  const { source, texts, predictions, other_commits } = report;
  const notes = other_commits.map(
    ({ commit, predictions: n }) =>
      `Not in the report: ${formatCount(n)} ${plural(n, 'prediction')} of ${commit} (--commit).`,
  );
  if (source.kind === 'log') {
    const { unreadable, foreign, earlier } = source.lines;
    if (predictions === 0 && earlier > 0) {
      notes.push(`All ${formatCount(earlier)} predictions of the log are older (--since).`);
    }
    if (unreadable > 0) {
      notes.push(
        `Skipped: ${formatCount(unreadable)} ${plural(unreadable, 'prediction')} without a field that is needed.`,
      );
    }
    if (foreign > 0) {
      notes.push(
        `Skipped: ${formatCount(foreign)} ${plural(foreign, 'line')} that ${foreign === 1 ? 'is' : 'are'} none of the log.`,
      );
    }
  }
  if (texts === 'refused') {
    notes.push('No texts: the server does not show them; one with API keys asks for --api-key.');
  } else if (texts !== 'seen' && predictions > 0) {
    notes.push(
      source.kind === 'server' && texts === 'none'
        ? 'No texts: the server has none of late, or LOG_INPUT leaves them out.'
        : `No texts: LOG_INPUT=${texts === 'hashed' ? 'hash' : 'none'} keeps them out of the log.`,
    );
  }
  return notes;
}

export const LEGEND =
  `Stability index (PSI): stable below ${DRIFT_POLICY.psi.moving}, changed above ${DRIFT_POLICY.psi.changed}. Noise: what it is about without ` +
  'any change; not taken off. “Adds”: what a bin adds to the index.';

/** @param share 0 to 1. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.0005 ? '<0.1 %' : `${(share * 100).toFixed(1)} %`;
}

export function formatIndex(index: number | null): string {
  return index === null ? '–' : index.toFixed(index < 0.01 ? 3 : 2);
}

/** What a bin adds; nothing where that rounds to 0. */
export function formatContribution(contribution: number): string {
  return contribution < 0.0005 ? '' : `+${contribution.toFixed(3)}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** @param time ISO 8601. */
export function formatTime(time: string): string {
  return time.slice(0, 19).replace('T', ' ');
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
