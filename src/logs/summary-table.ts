/** The summary of a log as a table for people. */
import { alignColumns, cutTo } from '../terminal/columns.ts';
import { formatCount, formatScore, formatShare } from '../terminal/numbers.ts';
import type { Paint, Style } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { formatDateTime, formatMs } from '../terminal/time.ts';
import type { GroupSummary, Summary } from './summary.ts';

/** Each line ends in a newline. @param columns the width of the terminal; undefined: lines are not cut. */
export function formatSummary(summary: Summary, paint: Paint, columns?: number): string {
  const lines: [text: string, style?: Style][] =
    summary.all.predictions === 0 ? [['no predictions']] : summaryLines(summary);
  return lines
    .map(([text, style]) => {
      const shown = columns === undefined ? text : cutTo(text, columns);
      return `${style === undefined ? shown : paint(style, shown)}\n`;
    })
    .join('');
}

function summaryLines({ from, to, all, languages, commits }: Summary): [string, Style?][] {
  const labels = Object.keys(all.labels);
  const groups = [...languages, ...(languages.length > 1 ? [{ language: 'all', ...all }] : [])];
  const [head = '', ...body] = alignColumns(
    [
      ['language', 'predictions', 'share', ...labels, 'score', 'p50', 'p99'].map(printable),
      ...groups.map((group) => cellsOf(group.language, group, labels)),
    ],
    ['left', 'right'],
  );
  const [start, end] = [from, to].map((time) => printable(formatDateTime(time ?? '')));
  return [
    [`${formatCount(all.predictions)} predictions, ${start} to ${end} UTC`],
    ...Object.entries(commits).map(([commit, count]): [string] => [
      `commit ${printable(commit)}: ${formatCount(count)}`,
    ]),
    [''],
    [head, 'bold'],
    ...body.map((line): [string] => [line]),
  ];
}

function cellsOf(language: string, group: GroupSummary, labels: readonly string[]): string[] {
  const { predictions, share, mean_score, latency_ms } = group;
  return [
    printable(language) || '-',
    formatCount(predictions),
    formatShare(share),
    ...labels.map((label) => {
      const counts = Object.hasOwn(group.labels, label) ? group.labels[label] : undefined;
      return counts
        ? `${formatCount(counts.predictions)} ${formatShare(counts.share).padStart(7)}`
        : '-';
    }),
    formatScore(mean_score ?? Number.NaN),
    formatMs(latency_ms.p50 ?? Number.NaN),
    formatMs(latency_ms.p99 ?? Number.NaN),
  ];
}
