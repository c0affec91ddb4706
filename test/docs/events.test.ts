/** docs/reference/telemetry.md lists the events that the modules of src write to the log. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

const LEVELS = ['error', 'warn', 'info', 'debug'];

/** The second arguments of `log.write(level, event, fields)`; they must be literals. */
function writtenEvents(path: string): string[] {
  const events: string[] = [];
  const { program } = parseSync(path, readFileSync(path, 'utf8'));
  new Visitor({
    CallExpression({ callee, arguments: [level, event] }) {
      const isLog =
        callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        callee.property.name === 'write' &&
        (level?.type === 'Literal'
          ? LEVELS.includes(`${level.value}`)
          : level?.type === 'Identifier' && level.name === 'level');
      if (isLog) {
        events.push(event?.type === 'Literal' ? String(event.value) : `not a literal in ${path}`);
      }
    },
  }).visit(program);
  return events;
}

test('docs/reference/telemetry.md lists each event of the log', () => {
  const documented = tableRows(readDocument('docs/reference/telemetry.md'), 'event').flatMap(
    ([events = '']) => codeSpans(events),
  );
  const written = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => writtenEvents(join(ROOT, 'src', name)));
  expect(documented.sort()).toEqual([...new Set(written)].sort());
});
