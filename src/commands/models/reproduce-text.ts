/** The texts of `models reproduce`: its steps; a line for each file and score, and the verdicts. */
import type { EarlierStep } from '../../artifacts/environment.ts';
import {
  areIdentical,
  type FileComparison,
  type Reproduction,
  type ResultsComparison,
} from '../../repository/reproduce/compare.ts';
import type { StepReport } from '../../repository/reproduce/steps.ts';
import { SCORE_TOLERANCES } from '../../repository/tolerances.ts';
import { formatMetric } from '../../terminal/numbers.ts';
import { formatDuration } from '../../terminal/time.ts';

const MINUTE_MS = 60_000;

export function formatStep(report: StepReport): string {
  const position = `${report.number} of ${report.total}`;
  switch (report.event) {
    case 'started': {
      const duration = formatRecordedDuration(report.minutes);
      const start = report.isContinued ? '; it continues from its checkpoints' : '';
      return `${position}: ${report.title}${duration && `, ${duration}`}${start}`;
    }
    case 'ended':
      return `${position}: took ${formatDuration(report.ms)}${report.isContinued ? ' since it was continued' : ''}`;
    case 'skipped':
      return `${position}: ${report.title}: finished in an earlier run`;
  }
}

/** For an earlier step that is not run. */
export function formatRecordedResults(name: string, { results, minutes }: EarlierStep): string {
  const duration = formatRecordedDuration(minutes);
  return `${name}: its recorded results are used: ${results.join(', ')}; --earlier-steps runs it${duration && `, ${duration}`}`;
}

function formatRecordedDuration(minutes: number | undefined): string {
  return minutes === undefined
    ? ''
    : `about ${formatDuration(minutes * MINUTE_MS)} on the machine that made it`;
}

export function formatReproduction(reproduction: Reproduction): string {
  const { commit, verdict, files, scores, earlierSteps } = reproduction;
  const verdicts = {
    identical: `${commit} is reproduced: identical bytes`,
    'same-scores':
      `${commit} is reproduced in its scores, each within ${SCORE_TOLERANCES.retrained}; ` +
      'the bytes differ',
    different: `${commit} is not reproduced`,
  };
  return [
    ...earlierSteps.flatMap(formatResults),
    ...files.map(formatFile),
    ...scores.map(
      ({ dataset, expected, found }) =>
        `score    ${dataset}  expected ${formatMetric(expected)}, found ${found === undefined ? 'none' : formatMetric(found)}`,
    ),
    verdicts[verdict],
  ].join('\n');
}

function formatResults({ name, files }: ResultsComparison): string[] {
  return [
    ...files.map(formatFile),
    areIdentical({ files })
      ? `${name} is reproduced: identical bytes`
      : `${name} is not reproduced: the training used its recorded results`,
  ];
}

function formatFile({ path, identical, expected, found }: FileComparison): string {
  return identical
    ? `same     ${path}  ${found}`
    : `differs  ${path}  expected ${expected}, found ${found}`;
}
