/** `shadow`: how a candidate compares, for a terminal. */
import type { AdminVersion, ShadowStatus } from '../api/admin.ts';
import { changeRows, verdictRows } from '../comparison/verdict-rows.ts';
import { alignColumns, columnsOf, cutTo, wrap } from '../terminal/columns.ts';
import { formatQuantity, formatScore, formatShare } from '../terminal/numbers.ts';
import type { Paint } from '../terminal/paint.ts';
import { isolate } from '../terminal/printable.ts';

/** @param columns the width of the terminal. */
export function formatShadow(status: ShadowStatus, columns: number, paint: Paint): string {
  const { primary, candidate, summary, verdict, share, since, dropped, examples } = status;
  const names = { primary: nameOf(primary), candidate: nameOf(candidate) };
  const { head, rows } = verdictRows(verdict, names);
  const [first = '', ...body] = alignColumns([head, ...rows], ['left', 'right']);
  const changes = alignColumns(changeRows(verdict), ['left', 'right']);
  return [
    paint('bold', `${names.candidate} beside ${names.primary}`),
    `serves     ${primary.commit}`,
    `candidate  ${candidate.commit}, ${formatShare(share)} of the texts since ${since}`,
    '',
    ...summary.flatMap((sentence) => wrap(sentence, columns)),
    ...(rows.length > 0 ? ['', paint('dim', first), ...body] : []),
    ...section('most frequent changes', changes, paint),
    ...section(
      'last texts with different labels',
      examples.map((example) => formatExample(example, columns - 2)),
      paint,
    ),
    ...(dropped > 0
      ? ['', `${formatQuantity(dropped, 'text')} dropped: the server was busy.`]
      : []),
  ].join('\n');
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('dim', title), ...lines.map((line) => `  ${line}`)];
}

type Example = ShadowStatus['examples'][number];

function formatExample({ input, language, primary, candidate }: Example, columns: number): string {
  const side = ({ label, score }: Example['primary']): string => `${label} ${formatScore(score)}`;
  const head = `${language} ${side(primary)} → ${side(candidate)}  `;
  return head + isolate(cutTo(input ?? '', columns - columnsOf(head)));
}

function nameOf({ tag, commit }: AdminVersion): string {
  return tag ?? commit.slice(0, 8);
}
