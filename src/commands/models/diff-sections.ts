/** The sections of `models diff`: a line for each change. */
import { type Change, mapChange } from '../../repository/diff/change.ts';
import type { Counts, DataFileChange, DatasetsDiff } from '../../repository/diff/datasets.ts';
import type { PackageChange } from '../../repository/diff/packages.ts';
import type { ProfileDiff } from '../../repository/diff/profile.ts';
import type { TextChange } from '../../repository/diff/texts.ts';
import type { TokenizerDiff } from '../../repository/diff/tokenizer.ts';
import type { ValueChange } from '../../repository/diff/values.ts';
import type { TensorChange, WeightsDiff } from '../../repository/diff/weights.ts';
import { padEnd } from '../../terminal/columns.ts';
import { formatCount } from '../../terminal/numbers.ts';
import type { Paint } from '../../terminal/paint.ts';
import {
  formatChange,
  formatCountChange,
  formatMarked,
  formatSizes,
  MARKS,
  NAME_WIDTH,
} from './diff-lines.ts';

/** Characters of a value that are shown; `--json` has all of it. */
const MAX_VALUE_LENGTH = 72;
/** Characters that are shown before the first difference of a long value. */
const CONTEXT_LENGTH = 16;

export function formatValues(changes: readonly ValueChange[], paint: Paint): string[] {
  return changes.map(({ key, ...sides }) => {
    const start = startOfExcerpt(sides);
    return formatChange(
      key,
      mapChange(sides, (json) => excerpt(json, start)),
      paint,
    );
  });
}

/** Long values are shown from shortly before their first difference. */
function startOfExcerpt({ old: before = '', new: after = '' }: Change<string>): number {
  const firstDifference = [...before].findIndex((letter, i) => letter !== after[i]);
  return Math.max(before.length, after.length) > MAX_VALUE_LENGTH
    ? Math.max(0, firstDifference - CONTEXT_LENGTH)
    : 0;
}

function excerpt(line: string, start: number): string {
  const end = start + MAX_VALUE_LENGTH;
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}

export function formatDatasets({ datasets, totals }: DatasetsDiff, paint: Paint): string[] {
  return [
    ...totals.map((total) => `  all ${total.role}: ${formatCounts(total)}`),
    ...datasets.flatMap(({ name, status, fields, files }) => [
      `  ${formatMarked(MARKS[status], name, paint)}`,
      ...fields.map(({ name: field, ...change }) => `  ${formatChange(field, change, paint, 10)}`),
      ...files.map((file) => `    ${formatDataFile(file, paint)}`),
    ]),
  ];
}

function formatDataFile(file: DataFileChange, paint: Paint): string {
  const hasSameBytes = file.status === 'changed' && file.sha256.old === file.sha256.new;
  const note = hasSameBytes ? ', same bytes' : '';
  return formatMarked(MARKS[file.status], `${file.path}: ${formatCounts(file)}${note}`, paint);
}

function formatCounts({ rows, labels, languages }: Counts): string {
  return [
    `rows ${formatCountChange(rows)}`,
    ...[...labels, ...languages].map(({ name, ...count }) => `${name} ${formatCountChange(count)}`),
  ].join(', ');
}

export function formatPackage({ name, status, ...versions }: PackageChange, paint: Paint): string {
  return status === 'rehashed'
    ? `  ${formatMarked('~', `${padEnd(name, NAME_WIDTH)} ${versions.new}, other hashes`, paint)}`
    : formatChange(name, versions, paint);
}

export function formatWeights(weights: WeightsDiff | undefined, paint: Paint): string[] {
  if (!weights) {
    return [];
  }
  const { size, digest, inputs, outputs } = weights;
  const tensors = (kind: string, changes: readonly TensorChange[]): string[] =>
    changes.map(({ name, ...change }) => formatChange(`${kind} ${name}`, change, paint));
  return [
    ...(size.old === size.new
      ? []
      : [`  ${formatMarked('~', `size ${formatSizes(size)}`, paint)}`]),
    formatChange(
      'digest',
      mapChange(digest, (text) => `${text.slice(0, 23)}…`),
      paint,
    ),
    ...tensors('input', inputs),
    ...tensors('output', outputs),
  ];
}

export function formatTokenizer(tokenizer: TokenizerDiff | undefined, paint: Paint): string[] {
  if (!tokenizer) {
    return [];
  }
  const { vocabulary, normalizer, settings } = tokenizer;
  const { added, removed } = vocabulary;
  const steps = normalizer.some(({ status }) => status !== 'same') ? normalizer : [];
  return [
    `  vocabulary ${formatCountChange(vocabulary)}, ${formatCount(added)} added, ` +
      `${formatCount(removed)} removed`,
    ...formatValues(settings, paint),
    ...steps.map(({ status, step }) =>
      status === 'same'
        ? paint('dim', `    ${step}`)
        : `  ${formatMarked(MARKS[status], step, paint)}`,
    ),
  ];
}

export function formatProfile({ features, shifts }: ProfileDiff, paint: Paint): string[] {
  const percent = (ratio: number | undefined): string =>
    ratio === undefined ? 'no bin' : `${(ratio * 100).toFixed(2)} %`;
  return [
    ...features.map(
      ({ feature, stabilityIndex: index }) =>
        `  ${feature}: ${index === undefined ? 'other bins' : `stability index ${index.toFixed(4)}`}`,
    ),
    ...shifts.map(({ feature, bin, ...ratio }) =>
      formatChange(
        `${feature} ${bin}`,
        { old: percent(ratio.old), new: percent(ratio.new) },
        paint,
        24,
      ),
    ),
  ];
}

/** A unified diff, in colours. */
export function formatText({ patch }: TextChange, paint: Paint): string[] {
  return patch
    .trimEnd()
    .split('\n')
    .map((line) => {
      if (/^(?:---|\+\+\+) /.test(line)) {
        return paint('bold', line);
      }
      const style = { '+': 'green', '-': 'red', '@': 'cyan' }[line[0] ?? ''];
      return style ? paint(style as 'green', line) : line;
    });
}
