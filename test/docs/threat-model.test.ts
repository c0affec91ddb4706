/** docs/explanation/threat-model.md: each number is that of the setting or constant that it names, and none is missing. */
import { readdirSync } from 'node:fs';
import { maxHeaderSize } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import { ROOT } from '../support/server.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

const TABLES = [
  ...['connections', 'grpc', 'requests', 'work', 'answers', 'log and metrics'],
  ...['stopping and hanging', 'versions and stores'],
];

interface Row {
  readonly bound: string;
  readonly value: string;
  /** A setting, or a file and a constant. */
  readonly home: readonly string[];
}

const rows = TABLES.flatMap((header) =>
  tableRows(readDocument('docs/explanation/threat-model.md'), header),
).map(([bound = '', value = '', home = '']): Row => ({ bound, value, home: codeSpans(home) }));

describe('each number is that of the source', () => {
  test.each(rows)('$bound: $value', ({ value, home }) => {
    expect(value).toBe(home.length === 1 ? settingOf(home[0] as string) : constantOf(home));
  });
});

/** Parts of the server whose limits a client can reach. */
const BOUNDED = [
  'src/http',
  'src/grpc',
  'src/network',
  'src/cluster',
  'src/telemetry/log',
  'src/version/manifest.ts',
];
/** Sizes of steps: they change how work is divided, not how much is accepted. */
const STEPS =
  /^MAX_(?:(?:HEAD|BODY)_PIECE_BYTES|PASSING_MS|WRITE_CHARS|WAIT_MS)$|^LINES_TIMEOUT_MS$/;

test('each limit of the parts that clients reach is in a table', () => {
  const found = BOUNDED.flatMap(sourcesOf).flatMap((path) =>
    [...readDocument(path).matchAll(CONSTANT)]
      .map(([, name = '']) => name)
      .filter((name) => /^MAX_|(?:TIMEOUT|GRACE)_MS$/.test(name) && !STEPS.test(name))
      .map((name) => `${path} ${name}`),
  );
  expect(found.length).toBeGreaterThan(0);
  const documented = rows.map(({ home }) => home.join(' '));
  expect(found.filter((each) => !documented.includes(each))).toEqual([]);
});

test('each setting that limits something is in a table', () => {
  const limits = Object.values(SETTINGS)
    .map(({ variable }) => variable)
    .filter((variable) => /^(MAX|QUEUE|CACHE)_|_MS$/.test(variable));
  const documented = rows.map(({ home }) => home.join(' '));
  expect(limits.filter((variable) => !documented.includes(variable))).toEqual([]);
});

const CONSTANT = /^(?:export )?const ([A-Z][A-Z0-9_]*) = ([\d_.\s*/+]+);/gm;

function sourcesOf(path: string): string[] {
  return path.endsWith('.ts')
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(path, name));
}

function settingOf(variable: string): string {
  const setting = Object.values(SETTINGS).find((each) => each.variable === variable);
  const fallback = setting && 'fallback' in setting ? setting.fallback : undefined;
  return setting === undefined
    ? `no setting ${variable}`
    : format(fallback ?? 'unset', /^(?:MAX_BODY|CACHE_SIZE)$/.test(variable) ? '_BYTES' : variable);
}

function constantOf([path = '', name = '']: readonly string[]): string {
  if (path === 'node:http') {
    return format(`${maxHeaderSize}`, '_BYTES');
  }
  const found = [...readDocument(path).matchAll(CONSTANT)].find(([, each]) => each === name)?.[2];
  return found === undefined ? `no constant ${name}` : format(`${evaluate(found)}`, name);
}

/** Sums and products of numbers, as constants are written. */
function evaluate(expression: string): number {
  return new Function(`return ${expression};`)() as number;
}

const SIZES: readonly Unit[] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['B', 1],
];
const TIMES: readonly Unit[] = [
  ['d', 86_400_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
];
type Unit = readonly [name: string, size: number];

/** A number with the unit that its name has. */
function format(value: string, name: string): string {
  const number = Number(value);
  if (Number.isNaN(number)) {
    return value;
  }
  if (/_BYTES(_|$)/.test(name)) {
    return withUnit(number, SIZES);
  }
  if (/_(MS|SECONDS)$/.test(name) && !/BYTES/.test(name)) {
    return withUnit(name.endsWith('_MS') ? number : 1000 * number, TIMES);
  }
  return number.toLocaleString('en-US');
}

function withUnit(number: number, units: readonly Unit[]): string {
  const [unit, size] = units.find(([, each]) => number >= each && number % each === 0) ?? [
    (units.at(-1) as Unit)[0],
    1,
  ];
  return `${(number / size).toLocaleString('en-US')} ${unit}`;
}
