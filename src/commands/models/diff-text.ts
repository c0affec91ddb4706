/** The text of `models diff`. */
import { styleText } from 'node:util';
import type {
  CommitSummary,
  EnvironmentDiff,
  FileChange,
  VersionDiff,
} from '../../repository/diff/diff.ts';
import { formatChange, formatMarked, MARKS, type Paint } from './diff-lines.ts';
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

/** @param isColoured whether standard output is a terminal with colours. */
export function formatDiff(diff: VersionDiff, isColoured: boolean): string {
  const paint: Paint = (style, text) =>
    isColoured ? styleText(style, text, { validateStream: false }) : text;
  const safe = printable(diff);
  const sections: Section[] = [
    ['files', formatFiles(safe.files, paint)],
    ['hyper-parameters', formatValues(safe.hyperparameters, paint)],
    ['configuration', formatValues(safe.configuration, paint)],
    ['data', formatDatasets(safe.datasets, paint)],
    ['environment', formatEnvironment(safe.environment, paint)],
    ['model', formatWeights(safe.weights, paint)],
    ['tokenizer', formatTokenizer(safe.tokenizer, paint)],
    [`scores (${formatPrimary(safe.scores)} decides)`, formatScores(safe.scores, paint)],
    ['profile', formatProfile(safe.profile, paint)],
    ['notes', safe.notes.map((note) => paint('yellow', `  ${note}`))],
    ['texts', safe.texts.flatMap((text) => formatText(text, paint))],
  ];
  return [
    ...formatCommit('-', safe.commits.old, paint),
    ...formatCommit('+', safe.commits.new, paint),
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', paint('bold', title), ...lines]),
  ].join('\n');
}

/** Text of a version must not control the terminal. */
function printable(diff: VersionDiff): VersionDiff {
  return JSON.parse(JSON.stringify(diff), (_, value) =>
    typeof value === 'string' ? value.replace(/(?![\t\n])\p{Cc}/gu, '\ufffd') : value,
  );
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
