/** What a reader wants to know of a diff first, in sentences. */
import { type Datasets, languageOf } from '../../artifacts/datasets.ts';
import { type Metrics, type Scores, servedScores } from '../../artifacts/metrics.ts';
import { kindOf } from '../../artifacts/version-files.ts';
import { languageName } from '../../terminal/languages.ts';
import { formatBytes, formatCount, formatQuantity, formatSigned } from '../../terminal/numbers.ts';
import { capitalized, listed } from '../../terminal/quantities.ts';
import { type Change, groupBy, mapChange, pairs } from './change.ts';
import type { VersionDiff } from './diff.ts';

export interface SummaryOptions {
  readonly diff: VersionDiff;
  /** Undefined on a side that has none, or none that can be read. */
  readonly metrics: Change<Metrics>;
  readonly datasets: Change<Datasets>;
}

/**
 * The difference of a share, measured on n texts, that is more than chance: about its 95 % interval where two
 * versions disagree on a tenth of the texts, 1.96 · √(0.1 / n).
 */
export function leastDifference(texts: number): number {
  return 0.6 / Math.sqrt(Math.max(texts, 1));
}

/**
 * The difference in sentences: the primary score by language, the training data, what else changed.
 *
 * @returns at least one sentence.
 */
export function summarizeDiff(options: SummaryOptions): string[] {
  const { diff, datasets } = options;
  if (diff.files.length === 0) {
    return ['All files are the same.'];
  }
  const sentences = [...describeScores(options), ...describeData(datasets), ...describeRest(diff)];
  return sentences.length > 0
    ? sentences
    : [`Only documentation changed: ${listed(diff.files.map(({ path }) => path))}.`];
}

interface DatasetScores extends Change<Scores> {
  readonly name: string;
  readonly rows: number;
  readonly language: string;
}

function describeScores({ metrics, datasets }: SummaryOptions): string[] {
  const primary = metrics.new?.primary ?? metrics.old?.primary;
  if (primary === undefined) {
    return [];
  }
  const all = pairs(mapChange(metrics, servedScores)).map(
    ({ name, ...scores }): DatasetScores => ({
      ...{ name, ...scores },
      rows: (metrics.new ?? metrics.old)?.datasets[name]?.rows ?? 0,
      language:
        languageOf(name, datasets.new ?? []) ?? languageOf(name, datasets.old ?? []) ?? name,
    }),
  );
  const byLanguage = [...groupBy(all, ({ language }) => language)].map(([, sets]) =>
    sets.toSorted((a, b) => b.rows - a.rows),
  );
  const byVerdict = groupBy(byLanguage, ([main]) => verdictOf(main as DatasetScores, primary));
  return VERDICTS.flatMap((verdict) => {
    const weightOf = ([main]: readonly DatasetScores[]): number =>
      verdict === 'About the same' ? (main?.rows ?? 0) : Math.abs(differenceOf(main, primary));
    const languages = (byVerdict.get(verdict) ?? []).toSorted((a, b) => weightOf(b) - weightOf(a));
    const texts = languages.map((sets) => describeLanguage(sets, primary));
    const name = primary.replaceAll('_', ' ').replace('f1', 'F1');
    return texts.length > 0 ? [`${verdict} (${name}): ${texts.join('; ')}.`] : [];
  });
}

const VERDICTS = ['Better', 'About the same', 'Worse', 'Measured before only', 'New'] as const;

function verdictOf(scores: DatasetScores, primary: Metrics['primary']): (typeof VERDICTS)[number] {
  if (!scores.old || !scores.new) {
    return scores.old ? 'Measured before only' : 'New';
  }
  const difference = differenceOf(scores, primary);
  return Math.abs(difference) < leastDifference(scores.rows)
    ? 'About the same'
    : difference > 0
      ? 'Better'
      : 'Worse';
}

function differenceOf(scores: DatasetScores | undefined, primary: Metrics['primary']): number {
  return (scores?.new?.[primary] ?? 0) - (scores?.old?.[primary] ?? 0);
}

/** @param sets of one language, the one with the most texts first: it decides. */
function describeLanguage(sets: readonly DatasetScores[], primary: Metrics['primary']): string {
  const [main, ...others] = sets as [DatasetScores, ...DatasetScores[]];
  const scoreOf = ({ old: before, new: after }: Change<Scores>): string =>
    [before, after].flatMap((side) => (side ? [formatScore(side[primary])] : [])).join(' → ');
  const labels =
    verdictOf(main, primary) === 'About the same'
      ? pairs(mapChange(main, (side) => new Map(Object.entries(side.labels))))
          .map(({ name, ...side }) => ({
            name,
            difference: (side.new?.recall ?? 0) - (side.old?.recall ?? 0),
            support: side.new?.support ?? 0,
          }))
          .filter(({ difference, support }) => Math.abs(difference) >= leastDifference(support))
          .map(({ name, difference }) => `${name} ${formatSigned(difference, formatScore)}`)
      : [];
  const notes = [
    ...(labels.length > 0 ? [`recall of ${listed(labels)}`] : []),
    ...others.map((set) => `${set.name}: ${scoreOf(set)}`),
  ];
  const language = capitalized(languageName(main.language));
  return `${language} ${scoreOf(main)}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}

function formatScore(score: number): string {
  return score.toFixed(3);
}

function describeData(datasets: Change<Datasets>): string[] {
  const trainingOf = (side: Datasets) =>
    side.flatMap(({ files }) => files).filter(({ role }) => role === 'train');
  const rows = mapChange(datasets, (side) =>
    trainingOf(side).reduce((total, file) => total + file.rows, 0),
  );
  const languages = mapChange(
    datasets,
    (side) => new Set(trainingOf(side).flatMap((file) => Object.keys(file.languages))),
  );
  const missing = (from: Set<string> | undefined, others: Set<string> | undefined): string =>
    listed(
      [...(from ?? [])]
        .filter((language) => !others?.has(language))
        .map(languageName)
        .sort(),
    );
  const [added, removed] = [
    missing(languages.new, languages.old),
    missing(languages.old, languages.new),
  ];
  const notes = [
    ...(added === '' ? [] : [`also in ${added}`]),
    ...(removed === '' ? [] : [`no longer in ${removed}`]),
  ];
  if (rows.old === rows.new && notes.length === 0) {
    return [];
  }
  const counts = [rows.old, rows.new].flatMap((n) => (n === undefined ? [] : [formatCount(n)]));
  return [`Training data: ${[`${counts.join(' → ')} texts`, ...notes].join('; ')}.`];
}

/** Named in full: values that are names, such as that of a base model. */
const NAME = /^"[^"]{1,40}"$/;
const MAX_NAMED = 3;

function describeRest(diff: VersionDiff): string[] {
  const { hyperparameters, weights, tokenizer, environment } = diff;
  const named = hyperparameters.filter(
    (each) => NAME.test(each.old ?? '') && NAME.test(each.new ?? ''),
  );
  const shown = named.slice(0, MAX_NAMED);
  const others = hyperparameters.length - shown.length;
  const steps = tokenizer?.normalizer.filter(({ status }) => status !== 'same').length ?? 0;
  const code = diff.files.filter(({ path }) => kindOf(path) === 'code').length;
  const parts = [
    ...shown.map(({ key, ...side }) => `${key} ${unquoted(side.old)} → ${unquoted(side.new)}`),
    ...(others > 0
      ? [formatQuantity(others, shown.length > 0 ? 'other hyper-parameter' : 'hyper-parameter')]
      : []),
    ...(code > 0 ? [formatQuantity(code, 'code file')] : []),
    ...(environment.packages.length > 0
      ? [formatQuantity(environment.packages.length, 'package')]
      : []),
    ...(tokenizer && tokenizer.vocabulary.added + tokenizer.vocabulary.removed > 0
      ? [`vocabulary of ${sides(tokenizer.vocabulary, formatCount)} tokens`]
      : []),
    ...(steps > 0 ? [`pre-processing (${formatQuantity(steps, 'step')})`] : []),
    ...(weights ? [`weights of ${sides(weights.size, formatBytes)}`] : []),
  ];
  return parts.length > 0 ? [`Changed: ${parts.join('; ')}.`] : [];
}

function unquoted(value: string | undefined): string {
  return (value ?? '').slice(1, -1);
}

/** `23.5 MB → 55 MB`; one of them where both are equal. */
function sides(change: Change<number>, format: (value: number) => string): string {
  const texts = [change.old, change.new].flatMap((n) => (n === undefined ? [] : [format(n)]));
  return [...new Set(texts)].join(' → ');
}
