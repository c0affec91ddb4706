/** What a reader wants to know of a diff first, in sentences. */
import type { Datasets } from '../../artifacts/datasets.ts';
import type { Metrics } from '../../artifacts/metrics.ts';
import { kindOf } from '../../artifacts/version-files.ts';
import { languageName } from '../../terminal/languages.ts';
import { formatBytes, formatCount, formatQuantity } from '../../terminal/numbers.ts';
import { listed } from '../../terminal/quantities.ts';
import { type Change, mapChange, statusOf } from './change.ts';
import type { VersionDiff } from './diff.ts';
import type { PackageChange } from './packages.ts';
import { describeScores } from './score-sentences.ts';
import type { ValueChange } from './values.ts';

export interface SummaryOptions {
  readonly diff: VersionDiff;
  /** Undefined on a side that has none, or none that can be read. */
  readonly metrics: Change<Metrics>;
  readonly datasets: Change<Datasets>;
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

/** Values that are names, such as that of a base model: they say more than others. */
const NAME = /^"[^"]{1,40}"$/;
const MAX_NAMED = 3;
const MAX_VALUE = 40;

function describeRest(diff: VersionDiff): string[] {
  const { weights, tokenizer, environment } = diff;
  const steps = tokenizer?.normalizer.filter(({ status }) => status !== 'same').length ?? 0;
  const code = diff.files.filter(({ path }) => kindOf(path) === 'code');
  const parts = [
    ...describeHyperparameters(diff.hyperparameters),
    ...few(
      code.map(({ path, status }) => (status === 'changed' ? path : `${path} ${status}`)),
      'code file',
    ),
    ...few(environment.packages.map(describePackage), 'package'),
    ...(tokenizer && tokenizer.vocabulary.added + tokenizer.vocabulary.removed > 0
      ? [`vocabulary of ${sides(tokenizer.vocabulary, formatCount)} tokens`]
      : []),
    ...(steps > 0 ? [`pre-processing (${formatQuantity(steps, 'step')})`] : []),
    ...(weights ? [`weights of ${sides(weights.size, formatBytes)}`] : []),
  ];
  return parts.length > 0 ? [`Changed: ${parts.join('; ')}.`] : [];
}

/** Each with its values where they are few; of many, only those whose values are names. */
function describeHyperparameters(changes: readonly ValueChange[]): string[] {
  const named = changes.filter((each) => NAME.test(each.old ?? '') && NAME.test(each.new ?? ''));
  const shown = changes.length <= MAX_NAMED ? changes : named.slice(0, MAX_NAMED);
  const others = changes.length - shown.length;
  const noun = shown.length > 0 ? 'other hyper-parameter' : 'hyper-parameter';
  return [
    ...shown.map(({ key, ...change }) => describeChange(key, change)),
    ...(others > 0 ? [formatQuantity(others, noun)] : []),
  ];
}

function describePackage({ name, status, ...versions }: PackageChange): string {
  return status === 'rehashed' ? `${name} with other hashes` : describeChange(name, versions);
}

/** `C 0.3 → 3`, `C 3 (added)`, `C 3 (removed)`; the name alone where the values are long. */
function describeChange(name: string, change: Change<string>): string {
  const { old: before, new: after } = mapChange(change, unquoted);
  if ([before, after].some((value) => value !== undefined && value.length > MAX_VALUE)) {
    return name;
  }
  return before === undefined || after === undefined
    ? `${name} ${after ?? before} (${statusOf(change)})`
    : `${name} ${before} → ${after}`;
}

function unquoted(value: string): string {
  return NAME.test(value) ? value.slice(1, -1) : value;
}

/** Each by its name, or their number where they are many. */
function few(names: readonly string[], noun: string): string[] {
  return names.length <= MAX_NAMED ? [...names] : [formatQuantity(names.length, noun)];
}

/** `23.5 MB → 55 MB`; one of them where both are equal. */
function sides(change: Change<number>, format: (value: number) => string): string {
  const texts = [change.old, change.new].flatMap((n) => (n === undefined ? [] : [format(n)]));
  return [...new Set(texts)].join(' → ');
}
