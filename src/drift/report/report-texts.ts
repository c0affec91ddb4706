/** The texts of a report, for every output. They may contain text of the log: each output sanitises it. */
import { namesOf } from '../../logs/log-files.ts';
import { formatCount, formatQuantity, formatShare } from '../../terminal/numbers.ts';
import { formatDateTime, formatMinutes } from '../../terminal/time.ts';
import { DRIFT_POLICY } from '../policy.ts';
import type { BinDrift } from '../psi.ts';
import type { DriftReport, Example, FeatureReport, Judgement } from './report.ts';

/** With more categories, the smallest ones are shown together. */
const MAX_CATEGORIES = 8;

/** A category has a row of its own where its share or its contribution is at least this. */
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

/** The bins to show: numbers in their order; of many categories the large ones, the largest first. */
export function rowsOf({ feature, bins }: FeatureReport): Row[] {
  const rows = bins.map((bin, i) => ({ ...bin, name: binTitle(feature, bins, i) }));
  if (areNumbers(bins) || bins.length <= MAX_CATEGORIES) {
    return rows;
  }
  const isLarge = ({ observed, reference, contribution }: Row): boolean =>
    Math.max(observed, reference, contribution) >= MIN_SHARE;
  const rest = rows.filter((row) => !isLarge(row));
  const sum = (of: 'count' | 'observed' | 'reference' | 'contribution'): number =>
    rest.reduce((total, row) => total + row[of], 0);
  return [
    ...rows
      .filter(isLarge)
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
  // The last bound is the largest possible value.
  return i === bins.length - 1 ? `over ${before}` : `${before}–${name}`;
}

export function languageTitle(code: string): string {
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

type Judged = Judgement & Pick<DriftReport, 'threshold' | 'reference'>;

/** One sentence for the whole report, and one for each foreign language. */
export function summaryOf(report: Judged): { headline: string; foreign: string[] } {
  return {
    headline: headlineOf(report),
    foreign: report.foreign_languages.map(
      ({ bin, observed, reference }) =>
        `${languageTitle(bin)} is ${formatShare(observed)} of the texts and ` +
        `${formatShare(reference)} of the ${referenceTitle(report)}.`,
    ),
  };
}

/** What the traffic is compared with. */
export function referenceTitle({ reference }: Pick<DriftReport, 'reference'>): string {
  return reference === 'normal' ? 'normal traffic' : 'training data';
}

function headlineOf({ predictions, threshold, features, foreign_languages }: Judged): string {
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
    return 'No predictions: nothing to compare.';
  }
  return predictions < DRIFT_POLICY.minObservations
    ? `Too few predictions: ${formatCount(predictions)}, at least ${DRIFT_POLICY.minObservations} are needed.`
    : `No drift: no stability index above ${threshold}, no foreign language.`;
}

/** Where the report comes from: number and times of the predictions, then files or address. */
export function originOf({ source, from, to, predictions }: DriftReport): string[] {
  const counted = formatQuantity(predictions, 'prediction');
  const window =
    from && to ? `${counted}, ${formatDateTime(from)} to ${formatDateTime(to)} UTC` : counted;
  return source.kind === 'server'
    ? [`${window} (${observedFor(source.window_seconds)})`, source.url]
    : [window, namesOf(source.files)];
}

function observedFor(seconds: number | null): string {
  return seconds === null
    ? 'since the server’s start'
    : `observed for ${formatMinutes(seconds * 1000)}`;
}

/** What a reader needs to know besides the numbers. */
export function notesOf(report: DriftReport): string[] {
  const { source, texts, predictions, other_commits } = report;
  const notes = other_commits.map(
    ({ commit, predictions: n }) =>
      `Not in the report: ${formatQuantity(n, 'prediction')} of ${commit} (--commit).`,
  );
  if (source.kind === 'log') {
    const { unreadable, foreign, earlier } = source.lines;
    if (predictions === 0 && earlier > 0) {
      notes.push(`All ${formatCount(earlier)} predictions of the log are older (--since).`);
    }
    if (unreadable > 0) {
      notes.push(`Skipped: ${formatQuantity(unreadable, 'prediction')} without a required field.`);
    }
    if (foreign > 0) {
      notes.push(
        `Skipped: ${formatQuantity(foreign, 'line')} that ${foreign === 1 ? 'is' : 'are'} not from the log.`,
      );
    }
  }
  if (texts === 'refused') {
    notes.push('No texts: the server does not send them; a server with API keys needs --api-key.');
  } else if (texts !== 'seen' && predictions > 0) {
    notes.push(
      source.kind === 'server' && texts === 'none'
        ? 'No texts: the server has no recent ones, or LOG_INPUT leaves them out.'
        : `No texts: LOG_INPUT=${texts === 'hashed' ? 'hash' : 'none'} keeps them out of the log.`,
    );
  }
  return notes;
}

export const LEGEND =
  `Stability index (PSI): stable below ${DRIFT_POLICY.psi.moving}, changed above ${DRIFT_POLICY.psi.changed}. ` +
  'Noise: the index to expect without any change; it is not subtracted. “Adds”: what a bin adds to the index.';

export function formatIndex(index: number | null): string {
  return index === null ? '–' : index.toFixed(index < 0.01 ? 3 : 2);
}

/** What a bin adds to the index; empty where that is rounded to 0. */
export function formatContribution(contribution: number): string {
  return contribution < 0.0005 ? '' : `+${contribution.toFixed(3)}`;
}
