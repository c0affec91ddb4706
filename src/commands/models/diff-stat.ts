/** The text of `models diff --stat`: a line for each section, so that two versions fit on one screen. */
import { type Change, mapChange, type Status } from '../../repository/diff/change.ts';
import type { CommitSummary, VersionDiff } from '../../repository/diff/diff.ts';
import type { TextChange } from '../../repository/diff/texts.ts';
import { cutTo, padEnd, wrap } from '../../terminal/columns.ts';
import { formatCount, formatMetric, formatSigned } from '../../terminal/numbers.ts';
import type { Paint } from '../../terminal/paint.ts';
import { formatCountChange, formatMarked, formatSizes } from './diff-lines.ts';

const NAME_WIDTH = 17;

/**
 * @param diff whose strings are printable.
 * @param columns at which lines are wrapped.
 */
export function formatDiffStat(diff: VersionDiff, columns: number, paint: Paint): string {
  const { commits, files, hyperparameters, configuration, datasets, environment } = diff;
  const { weights, tokenizer, texts, notes } = diff;
  const summaries: [name: string, lines: readonly string[]][] = [
    ['files', [countStatuses(files)]],
    ['hyper-parameters', [countValues(hyperparameters)]],
    ['configuration', [countValues(configuration)]],
    ['data', datasets.totals.map(({ role, rows }) => `${role} rows ${formatCountChange(rows)}`)],
    ['environment', [countStatuses(environment.packages, 'packages ')]],
    ['code and texts', [countLines(texts)]],
    ['model', weights ? [formatSizes(weights.size)] : []],
    ['tokenizer', tokenizer ? [`vocabulary ${formatCountChange(tokenizer.vocabulary)}`] : []],
    ['scores', formatDecisive(diff, paint)],
  ];
  const width = columns - NAME_WIDTH - 1;
  const named = (name: string, lines: readonly string[]): string[] =>
    lines.map((line, i) => `${paint('bold', padEnd(i === 0 ? name : '', NAME_WIDTH))} ${line}`);
  return [
    formatVersion('-', commits.old, paint),
    formatVersion('+', commits.new, paint),
    '',
    ...summaries.flatMap(([name, lines]) =>
      named(
        name,
        lines.filter(Boolean).flatMap((line) => wrap(line, width)),
      ),
    ),
    ...named(
      'notes',
      notes.flatMap((note) => cutToLines(note, width)),
    ),
  ].join('\n');
}

/** The whole note is shown without `--stat`. */
const NOTE_LINES = 2;

function cutToLines(note: string, width: number): string[] {
  const lines = wrap(note, width);
  const shown = lines.slice(0, NOTE_LINES).map((line) => cutTo(line, width));
  const last = shown[NOTE_LINES - 1];
  return lines.length > NOTE_LINES && last !== undefined
    ? [...shown.slice(0, -1), cutTo(`${last} …`, width)]
    : shown;
}

function formatVersion(
  mark: '+' | '-',
  { commit, author, message }: CommitSummary,
  paint: Paint,
): string {
  const [subject = ''] = message.split('\n', 1);
  return formatMarked(
    mark,
    [commit.slice(0, 12), author.date.slice(0, 10), subject].join('  '),
    paint,
  );
}

/** `3 changed, 1 added`; empty for none. */
function countStatuses(
  items: readonly { readonly status: Status | 'rehashed' }[],
  of = '',
): string {
  const counts = (['changed', 'added', 'removed', 'rehashed'] as const).map((status) => ({
    status: status === 'rehashed' ? 'with other hashes' : status,
    count: items.filter((item) => item.status === status).length,
  }));
  const shown = counts.filter(({ count }) => count > 0);
  return shown.length > 0
    ? of + shown.map(({ status, count }) => `${formatCount(count)} ${status}`).join(', ')
    : '';
}

function countValues(changes: readonly Change<string>[]): string {
  return countStatuses(
    changes.map((change) => ({
      status: change.old === undefined ? 'added' : change.new === undefined ? 'removed' : 'changed',
    })),
  );
}

function countLines(texts: readonly TextChange[]): string {
  const lines = texts.flatMap(({ patch }) => patch.split('\n'));
  const count = (sign: RegExp): string => formatCount(lines.filter((l) => sign.test(l)).length);
  return texts.length > 0
    ? `${countStatuses(texts)}: ${count(/^\+(?!\+\+ )/)} lines added, ${count(/^-(?!-- )/)} removed`
    : '';
}

/** The score that decides, of the weights that are served. */
function formatDecisive({ scores }: VersionDiff, paint: Paint): string[] {
  const decisive = scores.primary.new ?? scores.primary.old;
  const served = [...scores.changes, ...scores.same].filter(
    ({ precision, metric, label }) =>
      precision === 'served' && metric === decisive && label === undefined,
  );
  const width = Math.max(0, ...served.map(({ dataset }) => dataset.length));
  return served.map(({ dataset, ...change }) => {
    const { old: before, new: after } = mapChange(change, formatMetric);
    if (change.old === change.new) {
      return `${padEnd(dataset, width)}  ${after}, the same`;
    }
    const score = `${padEnd(dataset, width)}  ${before ?? 'none'} → ${after ?? 'none'}`;
    if (change.old === undefined || change.new === undefined) {
      return score;
    }
    const difference = formatSigned(change.new - change.old, formatMetric);
    return `${score}  ${paint(change.new < change.old ? 'red' : 'green', difference)}`;
  });
}
