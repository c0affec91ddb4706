/** The report for a terminal. */
import { blockBar, type Paint, type Style } from '../../logs/entry-line.ts';
import { columnsOf, cutTo, isolate, printable } from '../../terminal/printable.ts';
import type { Verdict } from '../policy.ts';
import type { Sample } from './bin-samples.ts';
import type { DriftReport, FeatureReport } from './report.ts';
import {
  exampleTitle,
  formatContribution,
  formatIndex,
  formatShare,
  LEGEND,
  notesOf,
  originOf,
  type Row,
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

const BAR = { least: 4, most: 24 };
const MAX_NAME = 18;
const SHARE = 7;
const ADDS = 7;

/** @param columns of the terminal. */
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
    ...features.flatMap((feature) => formatFeature(feature, columns, paint)),
    ...formatExamples(report, columns, paint),
    '',
    ...notesOf(report).flatMap(wrapped),
    ...(features.length > 0 ? wrapped(LEGEND).map((line) => paint('dim', line)) : []),
  ].join('\n');
}

function resultStyle({ drifted, features }: DriftReport): Style {
  const isTold = features.some(({ verdict }) => verdict !== 'too_few');
  return drifted ? 'red' : isTold ? 'green' : 'yellow';
}

function formatFeature(feature: FeatureReport, columns: number, paint: Paint): string[] {
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
    paint('dim', headOf(layout)),
    ...rows.map((row) => formatRow(row, layout, scale, paint)),
  ];
}

interface Layout {
  readonly name: number;
  /** Cells; 0 where there is no room. */
  readonly bar: number;
  readonly hasAdds: boolean;
}

/** What the columns have no room for is left out: first what bins add, then the bars. */
function layOut(rows: readonly Row[], columns: number): Layout {
  const name = Math.min(MAX_NAME, Math.max(...rows.map((row) => columnsOf(printable(row.name)))));
  const left = columns - 2 - name - 2 * (2 + SHARE + 1);
  const bar = (room: number): number => Math.min(BAR.most, Math.floor(room / 2));
  const withAdds = bar(left - 2 - ADDS);
  if (withAdds >= BAR.least) {
    return { name, bar: withAdds, hasAdds: true };
  }
  const withoutAdds = bar(left);
  return { name, bar: withoutAdds >= BAR.least ? withoutAdds : 0, hasAdds: false };
}

function headOf({ name, bar, hasAdds }: Layout): string {
  const width = SHARE + (bar > 0 ? 1 + bar : 0);
  const [traffic, training] = width >= 13 ? ['traffic', 'training data'] : ['traffic', 'trained'];
  const heads = [traffic as string, training as string].map((head) => head.padStart(width));
  return `  ${' '.repeat(name)}  ${heads.join('  ')}${hasAdds ? `  ${'adds'.padStart(ADDS)}` : ''}`;
}

function formatRow(row: Row, { name, bar, hasAdds }: Layout, scale: number, paint: Paint): string {
  const title = cutTo(printable(row.name), name);
  const side = (share: number, style: Style): string => {
    const number = formatShare(share).padStart(SHARE);
    return bar > 0 ? `${paint(style, barOf(share / scale, bar))} ${number}` : number;
  };
  const adds = formatContribution(row.contribution).padStart(ADDS);
  const addsStyle = row.contribution >= 0.1 ? 'red' : row.contribution >= 0.02 ? 'yellow' : 'dim';
  return [
    `  ${isolate(title)}${' '.repeat(Math.max(0, name - columnsOf(title)))}`,
    side(row.observed, 'cyan'),
    side(row.reference, 'dim'),
    ...(hasAdds ? [paint(addsStyle, adds)] : []),
  ].join('  ');
}

/** @param share 0 to 1; what is more than nothing is seen. */
function barOf(share: number, cells: number): string {
  const exact = (Number.isFinite(share) ? share : 0) * cells * 8;
  return blockBar(exact > 0 ? Math.max(1, Math.round(exact)) : 0, cells);
}

function formatExamples(report: DriftReport, columns: number, paint: Paint): string[] {
  const examples = report.examples.filter(({ texts }) => texts.length > 0);
  return examples.length === 0
    ? []
    : [
        '',
        paint('bold', 'texts that drive it'),
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
  const head = `    ${printable(language)} ${printable(label)} ${score.toFixed(2)}  `;
  return paint('dim', head) + isolate(cutTo(printable(text), columns - columnsOf(head)));
}

/** Breaks a line between words, not before a percent sign; a longer word stays whole. */
function wrap(line: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(/ (?!%)/)) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
