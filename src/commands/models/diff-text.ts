/** `models diff` for a terminal. */
import { styleText } from 'node:util';
import { formatDatasets } from '../../repository/diff/datasets.ts';
import type {
  CommitSummary,
  EnvironmentDiff,
  FileChange,
  VersionDiff,
} from '../../repository/diff/diff.ts';
import { formatPackage } from '../../repository/diff/packages.ts';
import { formatProfile } from '../../repository/diff/profile.ts';
import { formatPrimary, formatScores } from '../../repository/diff/scores.ts';
import { formatText } from '../../repository/diff/texts.ts';
import { formatTokenizer } from '../../repository/diff/tokenizer.ts';
import { formatValues } from '../../repository/diff/values.ts';
import { formatWeights } from '../../repository/diff/weights.ts';
import { formatChange, MARKS, marked, type Paint } from './diff-lines.ts';

/** A section that has no lines is left out. */
type Section = readonly [title: string, lines: readonly string[]];

/** @param isColoured whether a person watches, on a terminal that has colours. */
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

/** What a version holds must not steer the terminal. */
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
  const who = `${author.name} <${author.email}>`;
  return [
    marked(mark, [commit, author.date.slice(0, 10), who].join('  '), paint),
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
    : files.map(({ path, status }) => `  ${marked(MARKS[status], path, paint)}`);
}
