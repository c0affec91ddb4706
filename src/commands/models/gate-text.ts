/** The text of `models gate`: a line for each check, and the verdict. */
import type { Check } from '../../repository/gate/check.ts';
import { columnsOf, padEnd, wrap } from '../../terminal/columns.ts';

const COLUMNS = 80;
const INDENT = ' '.repeat(8);
const MARKS = { passed: 'ok  ', failed: 'FAIL', info: '    ' };

export function formatChecks(checks: readonly Check[]): string {
  const nameWidth = Math.max(...checks.map(({ name }) => columnsOf(name)));
  const decisive = checks.filter(({ result }) => result !== 'info');
  const failed = decisive.filter(({ result }) => result === 'failed').length;
  return [
    ...checks.flatMap(({ name, result, detail, advice }) => [
      `${MARKS[result]}  ${padEnd(name, nameWidth)}  ${detail}`,
      ...(advice === undefined
        ? []
        : wrap(advice, COLUMNS - INDENT.length).map((line) => INDENT + line)),
    ]),
    failed === 0
      ? `passed: ${decisive.length} checks`
      : `refused: ${failed} of ${decisive.length} checks failed`,
  ].join('\n');
}
