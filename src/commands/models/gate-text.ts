/** The text of `models gate`: a line for each check, and the verdict. */
import type { Check } from '../../repository/gate/check.ts';
import { columnsOf, padEnd } from '../../terminal/columns.ts';

const MARKS = { passed: 'ok  ', failed: 'FAIL', info: '    ' };

export function formatChecks(checks: readonly Check[]): string {
  const nameWidth = Math.max(...checks.map(({ name }) => columnsOf(name)));
  const decisive = checks.filter(({ result }) => result !== 'info');
  const failed = decisive.filter(({ result }) => result === 'failed').length;
  return [
    ...checks.map(
      ({ name, result, detail }) => `${MARKS[result]}  ${padEnd(name, nameWidth)}  ${detail}`,
    ),
    failed === 0
      ? `passed: ${decisive.length} checks`
      : `refused: ${failed} of ${decisive.length} checks failed`,
  ].join('\n');
}
