/** What holds for every three-way merge, on random ones. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequirements } from '../../../src/artifacts/requirements.ts';
import { mergeFile } from '../../../src/repository/merge/merge-file.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { WITH_BASE } from './merge-cases/merge-case.ts';

type Json = number | string | null | Json[] | JsonObject;
type JsonObject = { [key: string]: Json };
type Side = 'ours' | 'theirs';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'é', 'f.g', '__proto__');
const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('x', 'ü', null, [1, 2]),
);
const object = (depth: number): fc.Arbitrary<JsonObject> =>
  fc.dictionary(
    key,
    depth === 0
      ? leaf
      : fc.oneof({ weight: 2, arbitrary: leaf }, { arbitrary: object(depth - 1), weight: 1 }),
    { maxKeys: 6, noNullPrototype: false },
  );

/** Another version of an object: each key kept, replaced or deleted, some added, in any order. */
function edited(base: JsonObject, depth: number): fc.Arbitrary<JsonObject> {
  const entries = Object.entries(base).map(([name, value]) => {
    const kept = fc.constant<[string, Json][]>([[name, value]]);
    const changed = (isObject(value) ? edited(value, depth - 1) : leaf).map(
      (other): [string, Json][] => [[name, other]],
    );
    return fc.oneof(
      { weight: 4, arbitrary: kept },
      { weight: 2, arbitrary: changed },
      fc.constant([]),
    );
  });
  const added = object(Math.max(depth - 1, 0)).map((extra) => Object.entries(extra));
  return fc.tuple(fc.tuple(...entries), fc.oneof(fc.constant([]), added)).chain(([kept, extra]) => {
    const all = fromEntries([...extra, ...kept.flat()]);
    const order = fc.shuffledSubarray(Object.entries(all), { minLength: Object.keys(all).length });
    return fc.oneof({ weight: 3, arbitrary: fc.constant(all) }, order.map(fromEntries));
  });
}

/** Without assignment, which would set the prototype for one of the keys. */
function fromEntries(entries: readonly [string, Json][]): JsonObject {
  return Object.fromEntries(entries);
}

const threeVersions = (depth: number): fc.Arbitrary<[JsonObject, JsonObject, JsonObject]> =>
  object(depth).chain((base) =>
    fc.tuple(fc.constant(base), edited(base, depth), edited(base, depth)),
  );

const indent = fc.constantFrom(0, 2, 4);
const layouts = fc.tuple(indent, indent, indent);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const format = (value: Json, indent = 2): string => `${JSON.stringify(value, null, indent)}\n`;

function merge(base: string, ours: string, theirs: string, path = 'hyperparameters.json') {
  const sides = { base: Buffer.from(base), ours: Buffer.from(ours), theirs: Buffer.from(theirs) };
  const merged = mergeFile(path, sides, 'sha1', WITH_BASE);
  if (!merged) {
    throw new Error('not merged by key');
  }
  return { text: merged.bytes.toString(), conflicts: merged.messages };
}

/** A conflict between its markers: ours and theirs. */
const CONFLICT = /^<{7} ours\n(.*?)^\|{7} base\n.*?^={7}\n(.*?)^>{7} theirs(?:\n|$)/gms;

/** What a person gets who takes one side in every conflict. */
function resolved(text: string, side: Side): Json {
  return JSON.parse(text.replace(CONFLICT, side === 'ours' ? '$1' : '$2'));
}

/** The merge of what the texts mean, written down once more, with one side taken in conflicts. */
function expected(
  base: Json | undefined,
  ours: Json | undefined,
  theirs: Json | undefined,
  side: Side,
): Json | undefined {
  const same = (a: Json | undefined, b: Json | undefined): boolean => equals(a, b);
  if (same(base, ours)) {
    return theirs;
  }
  if (same(base, theirs) || same(ours, theirs)) {
    return ours;
  }
  if (isObject(ours) && isObject(theirs) && (base === undefined || isObject(base))) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return fromEntries(
      keys.flatMap((name): [string, Json][] => {
        const value = expected(own(base, name), own(ours, name), own(theirs, name), side);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }
  return side === 'ours' ? ours : theirs;
}

function own(object: JsonObject | undefined, name: string): Json | undefined {
  return object && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Whatever the order of keys. */
function equals(a: Json | undefined, b: Json | undefined): boolean {
  return sorted(a) === sorted(b);
}

function sorted(value: Json | undefined): string {
  return isObject(value)
    ? `{${Object.keys(value)
        .sort()
        .map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`)}}`
    : String(JSON.stringify(value));
}

const RUNS = { numRuns: 500 };

test('a change on one side is the result, byte for byte', () => {
  fc.assert(
    fc.property(threeVersions(2), ([base, change]) => {
      const [before, after] = [format(base), format(change)];
      expect(merge(before, after, before)).toEqual({ text: after, conflicts: [] });
      expect(merge(before, before, after)).toEqual({ text: after, conflicts: [] });
      expect(merge(before, after, after)).toEqual({ text: after, conflicts: [] });
    }),
    RUNS,
  );
});

test('every change is in the result, or both are in a conflict', () => {
  fc.assert(
    fc.property(threeVersions(2), layouts, ([base, ours, theirs], [i, j, k]) => {
      const { text, conflicts } = merge(format(base, i), format(ours, j), format(theirs, k));
      for (const side of ['ours', 'theirs'] as const) {
        expect(sorted(resolved(text, side))).toBe(sorted(expected(base, ours, theirs, side)));
      }
      expect(text.match(/^<{7} ours$/gm) ?? []).toHaveLength(conflicts.length);
    }),
    RUNS,
  );
});

test('any choice of sides is JSON, where both sides have one of the keys', () => {
  const choices = fc.infiniteStream(fc.boolean());
  fc.assert(
    fc.property(threeVersions(0), layouts, choices, ([base, ours, theirs], [i, j, k], chosen) => {
      const isFirst = chosen.next().value;
      const withKey = (version: JsonObject): JsonObject =>
        isFirst ? { kept: 0, ...version } : { ...version, kept: 0 };
      const sides = [
        format(withKey(base), i),
        format(withKey(ours), j),
        format(withKey(theirs), k),
      ];
      const { text } = merge(...(sides as [string, string, string]));
      const lines = text.replace(CONFLICT, (_, left: string, right: string) =>
        chosen.next().value ? left : right,
      );
      expect(JSON.parse(lines)).toMatchObject({ kept: 0 });
    }),
    RUNS,
  );
});

test('the result does not depend on which side is ours', () => {
  fc.assert(
    fc.property(threeVersions(2), ([base, ours, theirs]) => {
      const one = merge(format(base), format(ours), format(theirs));
      const other = merge(format(base), format(theirs), format(ours));
      const where = (messages: readonly string[]): string[] =>
        messages.map((message) => message.split(': base ')[0] as string).sort();
      expect(where(one.conflicts)).toEqual(where(other.conflicts));
      expect(sorted(resolved(one.text, 'ours'))).toBe(sorted(resolved(other.text, 'theirs')));
      expect(sorted(resolved(one.text, 'theirs'))).toBe(sorted(resolved(other.text, 'ours')));
    }),
    RUNS,
  );
});

test('conflicts are those of git, for keys on lines far from each other', () => {
  const folder = temporaryFolder();
  const names = ['ours', 'base', 'theirs'].map((name) => join(folder, name));
  fc.assert(
    fc.property(threeVersions(0), ([base, ours, theirs]) => {
      const keys = [...new Set([base, ours, theirs].flatMap((value) => Object.keys(value)))].sort();
      [ours, base, theirs].forEach((value, i) => {
        const lines = keys.flatMap((name) => [
          ...(Object.hasOwn(value, name) ? [`${name} = ${JSON.stringify(value[name])}`] : []),
          // git takes conflicts for one where few lines are between them.
          ...Array.from({ length: 8 }, (_, i) => `# ${i} after ${name}`),
        ]);
        writeFileSync(names[i] as string, `${lines.join('\n')}\n`);
      });
      const { conflicts } = merge(format(base), format(ours), format(theirs));
      expect(conflicts).toHaveLength(gitConflicts(names));
    }),
    { numRuns: 100 },
  );
});

/** The number of conflicts that `git merge-file` finds. */
function gitConflicts(names: readonly string[]): number {
  try {
    execFileSync('git', ['merge-file', '-p', ...names], { stdio: 'pipe' });
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

test('packages are merged like keys', () => {
  const versions = fc.dictionary(
    fc.constantFrom('numpy', 'onnx', 'torch', 'zlib-ng', 'a'),
    fc.integer({ min: 1, max: 3 }),
    { noNullPrototype: false },
  );
  const file = (packages: JsonObject): string =>
    Object.entries(packages)
      .map(([name, n]) => `${name}==${n}.0 \\\n    --hash=sha256:${n}\n    # via requirements.in\n`)
      .join('');
  fc.assert(
    fc.property(versions, versions, versions, (base, ours, theirs) => {
      const path = 'environment/requirements.txt';
      const { text, conflicts } = merge(file(base), file(ours), file(theirs), path);
      const oursTaken = expected(base, ours, theirs, 'ours') as JsonObject;
      const theirsTaken = expected(base, ours, theirs, 'theirs') as JsonObject;
      const clash = sorted(oursTaken) !== sorted(theirsTaken);
      expect(conflicts.length > 0).toBe(clash);
      if (!clash) {
        expect(text.split('\n').sort()).toEqual(file(oursTaken).split('\n').sort());
        expect(
          readRequirements(text)
            .map(({ name }) => name)
            .sort(),
        ).toEqual(Object.keys(oursTaken).sort());
      }
    }),
    RUNS,
  );
});
