/** The report for a terminal. */
import { blockBar } from '../../terminal/bars.ts';
import { columnsOf, cutTo, padEnd, wrap } from '../../terminal/columns.ts';
import { formatScore, formatShare } from '../../terminal/numbers.ts';
import type { Paint, Style } from '../../terminal/paint.ts';
import { isolate, printable } from '../../terminal/printable.ts';
import type { Verdict } from '../policy.ts';
import type { Sample } from './prediction-bins.ts';
import type { DriftReport, FeatureReport } from './report.ts';
import {
  exampleTitle,
  formatContribution,
  formatIndex,
  LEGEND,
  notesOf,
  originOf,
  type Row,
  referenceTitle,
  rowsOf,
  summaryOf,
  titleOf,
  verdictTitle,
} from './report-texts.ts';

const VERDICT_STYLES: Readonly<Record<Verdict, Style>> = {
  too_few: 'dim',
  stable: 'green',
  moving: 'yellow',
  changed: 'red',
};

/** Widths in columns. */
const MIN_BAR = 4;
const MAX_BAR = 24;
const MAX_NAME = 18;
const SHARE = 7;
const ADDS = 7;
/** With this width, a column has room for its full head. */
const MIN_FULL_HEAD = 13;

/** What a bin adds to the index is highlighted from these values on. */
const NOTABLE_CONTRIBUTION = 0.02;
const LARGE_CONTRIBUTION = 0.1;

/** @param columns the width of the terminal. */
export function formatReport(report: DriftReport, columns: number, paint: Paint): string {
  const { model, tag, commit, features } = report;
  const { headline, foreign } = summaryOf(report);
  const cut = (line: string): string => cutTo(printable(line), columns);
  const wrapped = (line: string): string[] => wrap(printable(line), columns);
  return [
    paint('bold', cut([model, tag].filter(Boolean).join(' '))),
    ...(commit === null ? [] : [cut(commit)]),
    ...originOf(report).flatMap(wrapped),
    '',
    ...wrapped(headline).map((line) => paint('bold', paint(resultStyle(report), line))),
    ...foreign.flatMap(wrapped),
    ...features.flatMap((feature) => formatFeature(report, feature, { columns, paint })),
    ...formatExamples(report, columns, paint),
    '',
    ...notesOf(report).flatMap(wrapped),
    ...(features.length > 0 ? wrapped(LEGEND).map((line) => paint('dim', line)) : []),
  ].join('\n');
}

function resultStyle({ drifted, features }: DriftReport): Style {
  const isJudged = features.some(({ verdict }) => verdict !== 'too_few');
  return drifted ? 'red' : isJudged ? 'green' : 'yellow';
}

function formatFeature(
  report: DriftReport,
  feature: FeatureReport,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const rows = rowsOf(feature);
  const layout = layOut(rows, columns);
  const scale = Math.max(...rows.map(({ observed, reference }) => Math.max(observed, reference)));
  return [
    '',
    [
      paint('bold', printable(titleOf(feature.feature))),
      `PSI ${formatIndex(feature.psi)}`,
      paint(VERDICT_STYLES[feature.verdict], verdictTitle(feature)),
      paint('dim', `noise ${formatIndex(feature.noise)}`),
    ].join('  '),
    paint('dim', headOf(report, layout)),
    ...rows.map((row) => formatRow(row, layout, scale, paint)),
  ];
}

interface Layout {
  readonly name: number;
  /** 0 where there is no room. */
  readonly bar: number;
  readonly hasAdds: boolean;
}

/** Where the terminal is narrow, the contributions are left out first, then the bars. */
function layOut(rows: readonly Row[], columns: number): Layout {
  const name = Math.min(MAX_NAME, Math.max(...rows.map((row) => columnsOf(printable(row.name)))));
  const left = columns - 2 - name - 2 * (2 + SHARE + 1);
  const bar = (room: number): number => Math.min(MAX_BAR, Math.floor(room / 2));
  const withAdds = bar(left - 2 - ADDS);
  if (withAdds >= MIN_BAR) {
    return { name, bar: withAdds, hasAdds: true };
  }
  const withoutAdds = bar(left);
  return { name, bar: withoutAdds >= MIN_BAR ? withoutAdds : 0, hasAdds: false };
}

function headOf(report: DriftReport, { name, bar, hasAdds }: Layout): string {
  const width = SHARE + (bar > 0 ? 1 + bar : 0);
  const short = report.reference === 'normal' ? 'normal' : 'trained';
  const reference = width >= MIN_FULL_HEAD + 1 ? referenceTitle(report) : short;
  const heads = ['traffic', reference].map((head) => head.padStart(width));
  return `  ${' '.repeat(name)}  ${heads.join('  ')}${hasAdds ? `  ${'adds'.padStart(ADDS)}` : ''}`;
}

function formatRow(row: Row, { name, bar, hasAdds }: Layout, scale: number, paint: Paint): string {
  const title = cutTo(printable(row.name), name);
  const side = (share: number, style: Style): string => {
    const number = formatShare(share).padStart(SHARE);
    return bar > 0 ? `${paint(style, blockBar(share / scale, bar))} ${number}` : number;
  };
  const adds = formatContribution(row.contribution).padStart(ADDS);
  return [
    `  ${padEnd(isolate(title), name)}`,
    side(row.observed, 'cyan'),
    side(row.reference, 'dim'),
    ...(hasAdds ? [paint(contributionStyle(row.contribution), adds)] : []),
  ].join('  ');
}

function contributionStyle(contribution: number): Style {
  return contribution >= LARGE_CONTRIBUTION
    ? 'red'
    : contribution >= NOTABLE_CONTRIBUTION
      ? 'yellow'
      : 'dim';
}

function formatExamples(report: DriftReport, columns: number, paint: Paint): string[] {
  const examples = report.examples.filter(({ texts }) => texts.length > 0);
  return examples.length === 0
    ? []
    : [
        '',
        paint('bold', 'texts that contribute most'),
        ...examples.flatMap((example) => [
          cutTo(
            `  ${printable(exampleTitle(report, example))}  ${formatContribution(example.contribution)}`,
            columns,
          ),
          ...example.texts.map((sample) => formatSample(sample, columns, paint)),
        ]),
      ];
}

function formatSample(
  { language, label, score, text }: Sample,
  columns: number,
  paint: Paint,
): string {
  const head = `    ${printable(language)} ${printable(label)} ${formatScore(score)}  `;
  return paint('dim', head) + isolate(cutTo(printable(text), columns - columnsOf(head)));
}
