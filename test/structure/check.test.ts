/** The structure check reports each kind of violation, and nothing in a tree that has none. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkStructure, type Rules } from '../../structure/check.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { ROOT } from '../support/server.ts';

const RULES: Rules = {
  MAY_IMPORT: {
    'main.ts': ['top'],
    top: ['*'],
    'top/inner': ['types of middle', 'bottom'],
    middle: ['bottom', 'types of base'],
    config: [],
    bottom: [],
    base: [],
    'errors.ts': [],
  },
  LEAVES: ['errors.ts'],
  LONG: {},
};

type Files = Readonly<Record<string, string>>;

function check(files: Files, rules: Partial<Rules> = {}): string[] {
  const root = temporaryFolder();
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  return checkStructure(root, { ...RULES, ...rules });
}

const lines = (count: number): string => 'f();\n'.repeat(count);

const NOTHING: Record<string, Files> = {
  'imports down the table, of the same part, and of leaves': {
    'src/main.ts': "import { a } from './top/a.ts';\nimport p from '../package.json';",
    'src/top/a.ts': "import './b.ts';\nimport '../base/a.ts';\nimport 'express';",
    'src/top/b.ts': "import '../errors.ts';",
    'src/middle/a.ts': "import '../bottom/a.ts';",
  },
  'types where only types are allowed': {
    'src/middle/a.ts': [
      "import type { A } from '../base/a.ts';",
      "import { type B, type C } from '../base/b.ts';",
      "export type { D } from '../base/d.ts';",
      "export type E = import('../base/e.ts').E;",
    ].join('\n'),
  },
  'the environment in src/config, and beside src': {
    'src/config/config.ts': 'export const env = process.env;',
    'bench/bench.mjs': 'process.env.A = "b";',
  },
  'other properties that are called env': {
    'src/top/a.ts': 'const { env } = options; options.env;',
  },
  '#dist beside src, and the name of the folder in texts': {
    'bench/bench.mjs': "import '#dist/toolkit.js'; const main = 'dist/main.js';",
    'test/a.test.ts': "const style = 'uplot/dist/uPlot.min.css';",
  },
  'files and functions of the greatest length': {
    'src/top/a.ts': lines(300),
    'src/top/b.ts': `function f() {\n${lines(58)}}`,
    'test/a.test.ts': `describe(() => {\n${lines(100)}});`,
  },
};

test.each(Object.entries(NOTHING))('reports nothing of %s', (_, files) => {
  expect(check(files)).toEqual([]);
});

const VIOLATIONS: Record<string, readonly [Files, string]> = {
  'an import that is not listed': [
    { 'src/bottom/a.ts': "\nimport '../base/a.ts';" },
    'src/bottom/a.ts:2: bottom may not import src/base/a.ts',
  ],
  'an import upwards': [
    { 'src/bottom/a.ts': "import '../top/a.ts';" },
    'src/bottom/a.ts:1: bottom may not import src/top/a.ts',
  ],
  'an import upwards of a part that may import all below': [
    { 'src/top/a.ts': "import '../main.ts';" },
    'src/top/a.ts:1: top may not import src/main.ts',
  ],
  'an import that is loaded later': [
    { 'src/bottom/a.ts': "await import('../base/a.ts');" },
    'src/bottom/a.ts:1: bottom may not import src/base/a.ts',
  ],
  'a re-export': [
    { 'src/bottom/a.ts': "export * from '../base/a.ts';" },
    'src/bottom/a.ts:1: bottom may not import src/base/a.ts',
  ],
  'a type': [
    { 'src/bottom/a.ts': "import type { A } from '../base/a.ts';" },
    'src/bottom/a.ts:1: bottom may not import src/base/a.ts',
  ],
  'a type in an expression': [
    { 'src/bottom/a.ts': "type A = import('../base/a.ts').A;" },
    'src/bottom/a.ts:1: bottom may not import src/base/a.ts',
  ],
  'a value where only types are allowed': [
    { 'src/middle/a.ts': "import { type A, b } from '../base/a.ts';" },
    'src/middle/a.ts:1: middle may not import src/base/a.ts',
  ],
  'a folder inside another by its own rule': [
    { 'src/top/inner/a.ts': "import '../../middle/a.ts';" },
    'src/top/inner/a.ts:1: top/inner may not import src/middle/a.ts',
  ],
  'a folder without a rule': [
    { 'src/new/a.ts': '' },
    'src/new/a.ts: belongs to no part in structure/rules.mjs',
  ],
  'an import of a folder without a rule': [
    { 'src/top/a.ts': "import '../new/a.ts';" },
    'src/top/a.ts:1: top may not import src/new/a.ts',
  ],
  'files that import each other': [
    {
      'src/base/a.ts': "import './b.ts';",
      'src/base/b.ts': "import type { A } from './a.ts';",
    },
    'import cycle: src/base/a.ts → src/base/b.ts → src/base/a.ts',
  ],
  'folders of one part that import each other': [
    {
      'src/base/x/a.ts': "import '../y/a.ts';",
      'src/base/y/b.ts': "import '../x/b.ts';",
    },
    'import cycle: src/base/x → src/base/y → src/base/x',
  ],
  'process.env': [
    { 'src/base/a.ts': '\nf(process.env.A);' },
    'src/base/a.ts:2: only src/config reads process.env',
  ],
  "process['env']": [
    { 'src/base/a.ts': "f(globalThis.process['env']);" },
    'src/base/a.ts:1: only src/config reads process.env',
  ],
  'a destructured process.env': [
    { 'src/base/a.ts': 'const { env } = process;' },
    'src/base/a.ts:1: only src/config reads process.env',
  ],
  'an imported process.env': [
    { 'src/base/a.ts': "import { env } from 'node:process';" },
    'src/base/a.ts:1: only src/config reads process.env',
  ],
  'a path into dist': [
    { 'bench/bench.mjs': "import { a } from '../dist/toolkit.js';" },
    'bench/bench.mjs:1: a path into the build’s output, ../dist/toolkit.js',
  ],
  'a path into dist that is no import': [
    { 'test/e2e/a.test.ts': "new URL('../../dist/main.js', import.meta.url);" },
    'test/e2e/a.test.ts:1: a path into the build’s output, ../../dist/main.js',
  ],
  '#dist in src': [
    { 'src/base/a.ts': "require('#dist/worker.js');" },
    'src/base/a.ts:1: a path into the build’s output, #dist/worker.js',
  ],
  'a long file': [{ 'src/base/a.ts': lines(301) }, 'src/base/a.ts has 301 lines, more than 300'],
  'a long test file': [{ 'test/a.ts': lines(301) }, 'test/a.ts has 301 lines, more than 300'],
  'a long function': [
    { 'src/base/a.ts': `\nfunction f() {\n${lines(59)}}` },
    'src/base/a.ts:2: f has 61 lines, more than 60',
  ],
  'a long arrow function': [
    { 'src/base/a.ts': `const f = () => {\n${lines(59)}};` },
    'src/base/a.ts:1: f has 61 lines, more than 60',
  ],
  'a long method': [
    { 'demo/a.mjs': `class A {\n  f() {\n${lines(59)}}}` },
    'demo/a.mjs:2: f has 61 lines, more than 60',
  ],
};

test.each(Object.entries(VIOLATIONS))('reports %s', (_, [files, violation]) => {
  expect(check(files)).toEqual([violation]);
});

test('an exception is accepted, and reported when it is not needed any more', () => {
  const LONG = { 'src/base/a.ts#f': 'for this test' };
  expect(check({ 'src/base/a.ts': `function f() {\n${lines(60)}}` }, { LONG })).toEqual([]);
  expect(check({}, { LONG })).toEqual(['structure/rules.mjs: src/base/a.ts#f needs no exception']);
});

test('a table that allows an import upwards is a violation itself', () => {
  expect(check({}, { MAY_IMPORT: { bottom: ['types of top'], top: [] } })).toEqual([]);
  expect(check({}, { MAY_IMPORT: { top: [], bottom: ['types of top'] } })).toEqual([
    'structure/rules.mjs: top is not below bottom',
  ]);
});

test('the project has no violation', () => {
  expect(checkStructure(ROOT)).toEqual([]);
});
