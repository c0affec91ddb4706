/** docs/reference/log.md lists the events that the modules of src write to the log: levels, fields, examples. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';
import { codeSpans, readDocument, tableRows, tablesOf } from './markdown.ts';

const LEVELS = ['error', 'warn', 'info', 'debug'];

interface Written {
  readonly event: string;
  /** Undefined where it depends on what happened. */
  readonly level: string | undefined;
}

/** The first arguments of `log.write(level, event, fields)`; they must be literals, or `level`. */
function writtenEvents(path: string): Written[] {
  const events: Written[] = [];
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
        events.push({
          event: event?.type === 'Literal' ? String(event.value) : `not a literal in ${path}`,
          level: level?.type === 'Literal' ? String(level.value) : undefined,
        });
      }
    },
  }).visit(program);
  return events;
}

const page = readDocument('docs/reference/log.md');
const documented = tablesOf(page, 'event')
  .flat()
  .map(([event = '', levels = '', fields = '']) => ({
    event: event.replaceAll('`', ''),
    levels: levels.split(', '),
    fields: codeSpans(fields),
  }));
const written = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => writtenEvents(join(ROOT, 'src', name)));

test('docs/reference/log.md lists each event of the log once', () => {
  const events = new Set(written.map(({ event }) => event));
  expect(documented.map(({ event }) => event).sort()).toEqual([...events].sort());
});

test('docs/reference/log.md has the level of each event', () => {
  for (const { event, level } of written) {
    const levels = documented.find((each) => each.event === event)?.levels ?? [];
    expect
      .soft(
        levels.every((each) => LEVELS.includes(each)),
        event,
      )
      .toBe(true);
    if (level === undefined) {
      expect.soft(levels.length, event).toBeGreaterThan(1);
    } else {
      expect.soft(levels, event).toEqual([level]);
    }
  }
});

test('docs/reference/log.md describes each field, and no other', () => {
  const described = tableRows(page, 'field').flatMap(([field = '']) => codeSpans(field));
  const used = new Set(documented.flatMap(({ fields }) => fields));
  expect(described.sort()).toEqual([...used].sort());
});

test('docs/reference/log.md has a line of each event, with fields of the event in their order', () => {
  const lines = [...page.matchAll(/^\{"timestamp".*\}$/gm)].map(
    ([line]) => JSON.parse(line) as Record<string, unknown>,
  );
  const events = documented.map(({ event }) => event);
  expect([...new Set(lines.map(({ event }) => event))].sort()).toEqual(events.sort());
  for (const { timestamp, level, event, ...rest } of lines) {
    const { levels = [], fields = [] } = documented.find((each) => each.event === event) ?? {};
    expect.soft(levels, `${event}`).toContain(level);
    expect.soft(new Date(`${timestamp}`).toISOString()).toBe(timestamp);
    const names = Object.keys(rest);
    expect.soft(names, `${event}`).toEqual(fields.filter((name) => names.includes(name)));
  }
});
