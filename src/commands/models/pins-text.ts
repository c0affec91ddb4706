/** The text of `models pins`: each alias, and below it the entries of its log. */
import type { AliasPins } from '../../repository/aliases.ts';
import { columnsOf, wrap } from '../../terminal/columns.ts';

const COLUMNS = 80;
const INDENT = ' '.repeat(4);
/** A short SHA. */
const SHA_DIGITS = 10;

export function formatPins(pins: readonly AliasPins[]): string {
  return pins.flatMap(formatAlias).join('\n');
}

function formatAlias({ alias, commit, isLogged, log }: AliasPins): string[] {
  return [
    `${alias} ${commit ?? 'is removed'}`,
    ...(isLogged ? [] : ['  changed without `models pin` since the first entry below']),
    ...log.flatMap(({ time, from, to, by, reason, isAfterUnloggedChange }) => [
      ...formatHead(`  ${time.slice(0, 16).replace('T', ' ')}  ${short(from)} → ${short(to)}`, by),
      ...(reason === undefined
        ? []
        : wrap(reason, COLUMNS - INDENT.length).map((line) => `${INDENT}${line}`)),
      ...(isAfterUnloggedChange ? [`${INDENT}before it, changed without \`models pin\``] : []),
    ]),
  ];
}

/** On a line of its own, who did it, where both do not fit. */
function formatHead(change: string, by: string): string[] {
  const line = `${change}  ${by}`;
  return columnsOf(line) <= COLUMNS ? [line] : [change, `${INDENT}${by}`];
}

function short(sha: string | null): string {
  return sha === null ? 'nothing' : sha.slice(0, SHA_DIGITS);
}
