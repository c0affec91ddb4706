/** The text of `models reproduce`: a line for each file and score, and the verdict. */
import type { Reproduction } from '../../repository/reproduce/compare.ts';
import { SCORE_TOLERANCES } from '../../repository/tolerances.ts';
import { formatMetric } from '../../terminal/numbers.ts';

export function formatReproduction({ commit, verdict, files, scores }: Reproduction): string {
  const verdicts = {
    identical: `${commit} is reproduced: identical bytes`,
    'same-scores':
      `${commit} is reproduced in its scores, each within ${SCORE_TOLERANCES.retrained}; ` +
      'the bytes differ',
    different: `${commit} is not reproduced`,
  };
  return [
    ...files.map(({ path, identical, expected, found }) =>
      identical
        ? `same     ${path}  ${found}`
        : `differs  ${path}  expected ${expected}, found ${found}`,
    ),
    ...scores.map(
      ({ dataset, expected, found }) =>
        `score    ${dataset}  expected ${formatMetric(expected)}, found ${found === undefined ? 'none' : formatMetric(found)}`,
    ),
    verdicts[verdict],
  ].join('\n');
}
