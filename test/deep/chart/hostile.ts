/** Values that the schema accepts and nobody expects: strings that YAML, Go or Kubernetes would read as something else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, type Values } from './helm.ts';
import { MATRIX } from './matrix.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly oneOf?: readonly Schema[];
}

export const schema: Schema & { readonly $defs: Readonly<Record<string, Schema>> } = JSON.parse(
  readFileSync(join(CHART, 'values.schema.json'), 'utf8'),
);

/** Each is tried where its pattern accepts it. */
const STRINGS = [
  ...['', '0', '123', '1e3', '0x1f', '0o17', '1.5', '.5', '2026-01-01', '12:30', '1_000'],
  ...['true', 'null', 'no', 'on', 'y', '~', '.inf', 'nan'],
  ...[
    'a: b',
    'a #b',
    '- a',
    ' a ',
    'a\nb: c',
    'a\r\tb',
    '"',
    "'",
    '\\',
    '{}',
    '[]',
    '%a',
    '*a',
    '&a',
  ],
  ...[
    '!!str a',
    '| ',
    '> ',
    '? ',
    '@',
    '`',
    '{{ .Values }}',
    '{{args.new}}',
    '$(PORT)',
    '$$',
    '$HOME',
  ],
  ...['é 😀\u2028\u0007', '--help', 'a'.repeat(63), 'a'.repeat(253), 'a.b-c'],
  ...['http://h:1/"#', 'https://prometheus:9090', 's3://b/$(PORT)', 'http://h/: ', '/a: b', '/"#{'],
  ...['1Gi', '512Mi', '1.5Gi', '15s', '1h', '30m', '10%', '::/0', '10.0.0.0/8', 'part-{shard}'],
];
const NUMBERS = [0, 1, 2, 15, 99, 1_000_000, 0.5, 1e-7];

/** Numbers from 0 to below 1, the same for each run: Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A value that the schema accepts; undefined where none is known. */
function anyValueOf(given: Schema, random: () => number): unknown {
  const at = given.$ref ? schema.$defs[given.$ref.replace('#/$defs/', '')]! : given;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  if (at.enum) {
    return pick(at.enum);
  }
  const type = at.oneOf ? 'number' : pick([at.type].flat());
  if (type === 'boolean') {
    return random() < 0.5;
  }
  if (type === 'null') {
    return null;
  }
  if (type === 'integer' || type === 'number') {
    const { minimum = 1, maximum = 100 } = at;
    const fits = (n: number) =>
      n >= minimum && n <= maximum && (type === 'number' || Number.isInteger(n));
    return pick([minimum, maximum, ...NUMBERS].filter(fits));
  }
  if (type === 'string') {
    const pattern = new RegExp(at.pattern ?? '', 'u');
    return pick(STRINGS.filter((text) => pattern.test(text)));
  }
  return type === 'array' && at.items
    ? [anyValueOf(at.items, random), anyValueOf(at.items, random)].filter(
        (item) => item !== undefined,
      )
    : undefined;
}

/** The paths of the values that are no objects, with their schemas. */
function leaves({ properties = {} }: Schema, path: readonly string[] = []): [string[], Schema][] {
  return Object.entries(properties).flatMap(([name, below]): [string[], Schema][] =>
    below.properties ? leaves(below, [...path, name]) : [[[...path, name], below]],
  );
}

/** A set of the matrix with some values replaced. */
export function hostileValues(random: () => number): Values {
  const sets = Object.values(MATRIX);
  const values = structuredClone(sets[Math.floor(random() * sets.length)]!);
  const all = leaves(schema).filter(([[name]]) => name !== 'modelCommit' && name !== 'global');
  for (let changes = 0; changes < 6; changes += 1) {
    const [path, at] = all[Math.floor(random() * all.length)]!;
    const value = anyValueOf(at, random);
    if (value !== undefined) {
      set(values, path, value);
    }
  }
  return values;
}

/** Sets a value in an object of objects. */
export function set(values: Values, path: readonly string[], value: unknown): void {
  const [name, ...below] = path as [string, ...string[]];
  const into = values as Record<string, unknown>;
  if (below.length === 0) {
    into[name] = value;
  } else {
    into[name] ??= {};
    set(into[name] as Values, below, value);
  }
}
