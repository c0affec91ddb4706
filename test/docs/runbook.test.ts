/** docs/runbook.md has a section for each alert, in one form, with the numbers of the rules. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/server.ts';
import { readDocument } from './markdown.ts';

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly annotations?: { readonly runbook_url?: string };
}

const FOLDER = 'deploy/prometheus';

const rules = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith('.yml'))
  .flatMap((name) => (parse(readDocument(join(FOLDER, name))) as RuleFile).groups)
  .flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const recorded = new Map(rules.flatMap(({ record, expr }) => (record ? [[record, expr]] : [])));
const names = [...new Set(alerts.map(({ alert }) => alert as string))];

/** The sections by their heading. */
const sections = new Map(
  readDocument('docs/runbook.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      return [heading, lines.join('\n')] as const;
    }),
);

test('the runbook has a section for each alert', () => {
  expect(names.length).toBeGreaterThan(20);
  expect([...sections.keys()].sort()).toEqual(names.sort());
});

test('each alert links to its section', () => {
  for (const { alert, annotations } of alerts) {
    expect.soft(annotations?.runbook_url).toBe(`docs/runbook.md#${alert?.toLowerCase()}`);
  }
});

describe.each(names)('%s', (name) => {
  const section = sections.get(name) ?? '';
  const prose = section.replace(/^```[\s\S]*?^```$/gm, '');

  test('says what users notice, what to look at, what to do, and when to roll back', () => {
    const parts = [...section.matchAll(/^\*\*([A-Z][\w ]+?)[.:]?\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Means', 'Users notice', 'Look', 'Do', 'Roll back']);
    expect(section.match(/^```promql$/gm)).toHaveLength(3);
  });

  test('has the numbers of its rules', () => {
    const known = numbersOf(name);
    const written = [
      ...prose.matchAll(
        /(\d[\d,]*(?:\.\d+)?)\s(%|ms|second|minute|hour|day|week|point|text|request|answer|error|standard|times|version)/g,
      ),
      ...prose.matchAll(/(above) (0\.\d+)/g),
    ];
    for (const [text, number = '', unit = ''] of written) {
      const value = number === 'above' ? `${unit} index` : inSeconds(number, unit);
      expect.soft(known, `“${text}” of ${name}`).toContain(value);
    }
    // A number in words would not be compared.
    const words = 'two|three|four|five|six|seven|eight|nine|ten|fifteen|thirty';
    expect(prose).not.toMatch(
      new RegExp(`\\b(${words})\\s(minute|hour|day|week|second|point)`, 'i'),
    );
  });
});

const SECONDS: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 },
  ...{ second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 },
};

function inSeconds(number: string, unit: string): string {
  const value = Number(number.replaceAll(',', ''));
  const factor = SECONDS[unit];
  if (factor !== undefined) {
    return `${Number((value * factor).toFixed(6))} s`;
  }
  return unit === '%' || unit === 'point' ? `${value} %` : `${value}`;
}

/** All numbers of the rules of an alert, and of the recorded series that it uses: durations, shares, counts. */
function numbersOf(name: string): string[] {
  const own = alerts.filter(({ alert }) => alert === name);
  const expressions = own.map(({ expr }) => expr);
  for (const expr of expressions) {
    for (const [series, recording] of recorded) {
      if (expr.includes(series) && !expressions.includes(recording)) {
        expressions.push(recording);
      }
    }
  }
  const text = expressions.join('\n');
  const durations = [
    ...own.flatMap((rule) => (rule.for ? [rule.for] : [])),
    ...[...text.matchAll(/(\d+[smhdw])\b/g)].map(([, duration]) => duration as string),
    ...[...text.matchAll(/(?:ratio|rate|increase|psi|accuracy|difference|_rate)(\d+[smhdw])/g)].map(
      ([, duration]) => duration as string,
    ),
  ].map((duration) => inSeconds(duration.slice(0, -1), duration.slice(-1)));
  const bounds = [...text.matchAll(/le="([\d.]+)"/g)].map(([, bound]) => `${Number(bound)} s`);
  const numbers = [...text.matchAll(/(?<![\w.])(\d+(?:\.\d+)?)(?![\w.])/g)].map(([, n]) =>
    Number(n),
  );
  const shares = numbers.flatMap((n) => [100 * n, 100 * (1 - n)]);
  return [
    ...durations,
    ...bounds,
    ...numbers.flatMap((n) => [`${n}`, `${n} s`, `${n} index`]),
    ...shares.map((share) => `${Number(share.toFixed(6))} %`),
  ];
}
