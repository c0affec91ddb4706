/** The text of `models diff`. */
import type {
  CommitSummary,
  EnvironmentDiff,
  FileChange,
  VersionDiff,
} from '../../repository/diff/diff.ts';
import { wrapIndented } from '../../terminal/columns.ts';
import type { Paint } from '../../terminal/paint.ts';
import type { PrintableOptions } from '../../terminal/printable.ts';
import { formatChange, formatMarked, MARKS } from './diff-lines.ts';
import { formatPrimary, formatScores } from './diff-scores.ts';
import {
  formatDatasets,
  formatPackage,
  formatProfile,
  formatText,
  formatTokenizer,
  formatValues,
  formatWeights,
} from './diff-sections.ts';

/** A section without lines is left out. */
type Section = readonly [title: string, lines: readonly string[]];

/** Which strings of a diff have several lines; a difference in invisible characters stays visible. */
export const DIFF_PRINTABLE: PrintableOptions = {
  multiLineKeys: ['message', 'patch'],
  isExact: true,
};

/**
 * @param diff whose strings are printable.
 * @param columns at which lines are wrapped, except those of code.
 */
export function formatDiff(diff: VersionDiff, columns: number, paint: Paint): string {
  const sections: Section[] = [
    ['files', formatFiles(diff.files, paint)],
    ['hyper-parameters', formatValues(diff.hyperparameters, paint)],
    ['configuration', formatValues(diff.configuration, paint)],
    ['data', formatDatasets(diff.datasets, paint)],
    ['environment', formatEnvironment(diff.environment, paint)],
    ['model', formatWeights(diff.weights, paint)],
    ['tokenizer', formatTokenizer(diff.tokenizer, paint)],
    [`scores (${formatPrimary(diff.scores)} decides)`, formatScores(diff.scores, paint)],
    ['profile', formatProfile(diff.profile, paint)],
    ['notes', diff.notes.map((note) => paint('yellow', `  ${note}`))],
  ];
  const texts: Section = ['texts', diff.texts.flatMap((text) => formatText(text, paint))];
  const titled = (all: readonly Section[]): string[] =>
    all
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', paint('bold', title), ...lines]);
  return [
    ...formatCommit('-', diff.commits.old, paint),
    ...formatCommit('+', diff.commits.new, paint),
    ...titled(sections).flatMap((line) => wrapIndented(line, columns)),
    ...titled([texts]),
  ].join('\n');
}

function formatCommit(
  mark: '+' | '-',
  { commit, author, message }: CommitSummary,
  paint: Paint,
): string[] {
  const nameAndAddress = `${author.name} <${author.email}>`;
  return [
    formatMarked(mark, [commit, author.date.slice(0, 10), nameAndAddress].join('  '), paint),
    ...message
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`.trimEnd()),
  ];
}

function formatEnvironment(
  { python, settings, packages }: EnvironmentDiff,
  paint: Paint,
): string[] {
  return [
    ...(python.old === python.new ? [] : [formatChange('python', python, paint)]),
    ...formatValues(settings, paint),
    ...packages.map((change) => formatPackage(change, paint)),
  ];
}

function formatFiles(files: readonly FileChange[], paint: Paint): string[] {
  return files.length === 0
    ? ['  none differs']
    : files.map(({ path, status }) => `  ${formatMarked(MARKS[status], path, paint)}`);
}
