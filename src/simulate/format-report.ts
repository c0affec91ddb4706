/** The report of `simulate` and the state of a run, for people. */
import { progressBar } from '../terminal/bars.ts';
import { alignColumns } from '../terminal/columns.ts';
import { formatShare } from '../terminal/numbers.ts';
import { formatMinutes, formatMs } from '../terminal/time.ts';
import type { Report, Row } from './report.ts';
import type { Progress } from './run.ts';
import { NO_LANGUAGE } from './tally.ts';

const BAR_CELLS = 12;
const SHORT_SHA = 12;
/** Instead of an accuracy, where no text has a label that the model has. */
const NO_LABEL = 'no label';

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
      (phase, index) =>
        `phase ${index + 1}  ${[formatCounts(phase.mix, '='), `${phase.sent} texts sent`].filter(Boolean).join('  ')}` +
        (phase.skipped > 0 ? `, ${phase.skipped} skipped` : ''),
    ),
    '',
    ...(rows.length > 0 ? [...formatRows(rows), ''] : []),
    `statuses  ${formatCounts(report.statuses)}`,
    ...(latency
      ? [
          `latency   p50 ${formatMs(latency.p50)}  p90 ${formatMs(latency.p90)}  ` +
            `p99 ${formatMs(latency.p99)}  max ${formatMs(latency.max)}`,
        ]
      : []),
    ...(Object.keys(report.feedback).length > 0
      ? [`feedback  ${formatCounts(report.feedback)}`]
      : []),
    ...(skipped > 0
      ? ['skipped texts were due while too many requests were in flight: the rate was lower']
      : []),
    `${formatMinutes(report.elapsed_ms)}${ENDINGS[report.ended]}`,
  ].join('\n');
}

/** One line. */
export function formatProgress(progress: Progress, phases: number): string {
  const { phase, elapsedMs, totalMs, sent, skipped, inFlight, errors } = progress;
  const rate = elapsedMs > 0 ? (sent / elapsedMs) * 1_000 : 0;
  return (
    `${progressBar(Math.min(1, elapsedMs / totalMs), BAR_CELLS)} phase ${phase + 1}/${phases}  ` +
    `${formatMinutes(elapsedMs)}/${formatMinutes(totalMs)}  ` +
    `${rate.toFixed(1)}/s  ${inFlight} in flight  ${errors} errors` +
    (skipped > 0 ? `  ${skipped} skipped` : '')
  );
}

function formatRows(rows: readonly Row[]): string[] {
  const labels = [...new Set(rows.flatMap(({ predicted }) => Object.keys(predicted)))];
  const head = ['phase', 'language', 'commit', 'texts', 'accuracy', 'identified', ...labels];
  const body = rows.map(
    ({ phase, language, commit, texts, labelled, correct, told, predicted }) => [
      String(phase),
      language,
      commit.slice(0, SHORT_SHA),
      String(texts),
      labelled === 0 ? NO_LABEL : formatShare(correct / labelled),
      // Texts whose language the server identified.
      language === NO_LANGUAGE ? NO_LANGUAGE : formatShare((told[language] ?? 0) / texts),
      ...labels.map((label) => formatShare((predicted[label] ?? 0) / texts)),
    ],
  );
  return alignColumns([head, ...body], ['left', 'left', 'left', 'right']);
}

function formatCounts(counts: Readonly<Record<string, number>>, sign = ': '): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}${sign}${count}`)
    .join(sign === '=' ? ',' : '  ');
}
