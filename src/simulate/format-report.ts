/** A report and the state of a run, for a person to read. */
import { LABELS } from './phrases/phrases.ts';
import type { Report, Row } from './report.ts';
import type { Progress } from './run.ts';

const ENDINGS = {
  completed: '',
  interrupted: ', ended early',
  unreachable: ', ended early: the server could no longer be reached',
};

export function formatReport(report: Report): string {
  const { phases, rows, latency_ms: latency } = report;
  const skipped = phases.reduce((total, phase) => total + phase.skipped, 0);
  return [
    ...phases.map(
      ({ mix, sent, skipped }, index) =>
        `phase ${index + 1}  ${formatCounts(mix, '=')}  ${sent} texts sent` +
        (skipped > 0 ? `, ${skipped} skipped` : ''),
    ),
    '',
    ...(rows.length > 0 ? [...formatRows(rows), ''] : []),
    `statuses  ${formatCounts(report.statuses)}`,
    ...(latency
      ? [
          `latency   p50 ${ms(latency.p50)}  p90 ${ms(latency.p90)}  p99 ${ms(latency.p99)}  ` +
            `max ${ms(latency.max)}`,
        ]
      : []),
    ...(Object.keys(report.feedback).length > 0
      ? [`feedback  ${formatCounts(report.feedback)}`]
      : []),
    ...(skipped > 0
      ? ['skipped texts were due while too many requests were in flight: the rate was not held']
      : []),
    `${duration(report.elapsed_ms)}${ENDINGS[report.ended]}`,
  ].join('\n');
}

/** One line, for a terminal; at most `columns` wide. */
export function formatProgress(progress: Progress, phases: number, columns: number): string {
  const { phase, elapsedMs, totalMs, sent, skipped, inFlight, errors } = progress;
  const share = Math.min(1, elapsedMs / totalMs);
  const bar = '█'.repeat(Math.round(share * 12)).padEnd(12, '·');
  const rate = elapsedMs > 0 ? (sent / elapsedMs) * 1_000 : 0;
  const line =
    `${bar} phase ${phase + 1}/${phases}  ${duration(elapsedMs)}/${duration(totalMs)}  ` +
    `${rate.toFixed(1)}/s  ${inFlight} in flight  ${errors} errors` +
    (skipped > 0 ? `  ${skipped} skipped` : '');
  return line.slice(0, columns);
}

function formatRows(rows: readonly Row[]): string[] {
  const head = ['phase', 'language', 'commit', 'texts', 'accuracy', 'told as it', ...LABELS];
  const body = rows.map(({ phase, language, commit, texts, correct, told, predicted }) => [
    String(phase),
    language,
    commit.slice(0, 12),
    String(texts),
    percent(correct / texts),
    percent((told[language] ?? 0) / texts),
    ...LABELS.map((label) => percent((predicted[label] ?? 0) / texts)),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => (cells[column] as string).length)),
  );
  // Words to the left, numbers to the right.
  const align = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number;
        return column < 3 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ');
  return [head, ...body].map(align);
}

function formatCounts(counts: Readonly<Record<string, number>>, sign = ': '): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}${sign}${count}`)
    .join(sign === '=' ? ',' : '  ');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
