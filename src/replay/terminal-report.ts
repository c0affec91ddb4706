/** The report for a terminal. */
import { changeRows, verdictRows } from '../comparison/verdict-rows.ts';
import { alignColumns, columnsOf, cutTo, wrap } from '../terminal/columns.ts';
import { formatScore } from '../terminal/numbers.ts';
import type { Paint } from '../terminal/paint.ts';
import { isolate, printable } from '../terminal/printable.ts';
import type { Example } from './compare.ts';
import { type ComparedVersion, isProven, nameOf, type ReplayReport } from './report.ts';
import {
  comparedTitle,
  describeCheck,
  describeDifference,
  notesOf,
  placeOf,
  titleOf,
} from './report-texts.ts';

/** @param columns the width of the terminal. */
export function formatReport(report: ReplayReport, columns: number, paint: Paint): string {
  const { against, compared } = report;
  const wrapped = (line: string): string[] => wrap(printable(line), columns);
  return [
    paint('bold', cutTo(printable(titleOf(report)), columns)),
    against.commit,
    ...formatCheck(report, columns, paint),
    ...compared.flatMap((version) => formatCompared(version, report, columns, paint)),
    ...['', ...notesOf(report)].flatMap(wrapped),
  ]
    .join('\n')
    .trimEnd();
}

function formatCheck(report: ReplayReport, columns: number, paint: Paint): string[] {
  const { checked, files } = report;
  if (checked.predictions === 0) {
    return [];
  }
  const style = checked.differ > 0 ? 'red' : isProven(report) ? 'green' : 'yellow';
  return [
    '',
    ...checked.differences.flatMap((difference) => [
      `${printable(placeOf(difference, files))}: ${printable(describeDifference(difference))}`,
      paint('dim', `  ${isolate(cutTo(printable(difference.text), columns - 2))}`),
    ]),
    paint('bold', paint(style, describeCheck(report))),
  ];
}

function formatCompared(
  version: ComparedVersion,
  { against }: ReplayReport,
  columns: number,
  paint: Paint,
): string[] {
  const names = { primary: nameOf(version), candidate: nameOf(against) };
  const { head, rows } = verdictRows(version.verdict, names);
  const [first = '', ...body] = alignColumns([head, ...rows], ['left', 'right']);
  const changes = alignColumns(changeRows(version.verdict), ['left', 'right']);
  return [
    '',
    paint('bold', comparedTitle(version)),
    version.commit,
    ...version.summary.flatMap((sentence) => wrap(printable(sentence), columns)),
    '',
    paint('dim', first),
    ...body,
    ...section('most frequent changes', changes, paint),
    ...section(
      'texts with different labels',
      version.examples.map((example) => formatExample(example, columns - 2)),
      paint,
    ),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('dim', title), ...lines.map((line) => `  ${line}`)];
}

function formatExample({ text, language, logged, found }: Example, columns: number): string {
  const side = ({ label, score }: Example['found']): string =>
    `${printable(label)} ${formatScore(score)}`;
  const head = `${printable(language)} ${side(logged)} → ${side(found)}  `;
  return head + isolate(cutTo(printable(text), columns - columnsOf(head)));
}
