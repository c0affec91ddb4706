// Checks what neither the compiler nor Biome checks of the structure of the source: who may import whom
// (types included), cycles, who reads the environment, who knows where the build puts its output, and
// the lengths of files and functions. A part of `npm run check`.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModule, sourceFiles } from './read-module.mjs';
import { RULES } from './rules.mjs';

const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;

const FOLDERS = ['src', 'structure', 'bench', 'demo', 'deploy/test', 'release', 'test', 'tools'];

/** @returns a line for each violation in the project at `root`. */
export function checkStructure(root, rules = RULES) {
  const modules = FOLDERS.flatMap((folder) => sourceFiles(root, folder)).map((path) =>
    readModule(root, path),
  );
  const inSrc = modules.filter(({ path }) => path.startsWith('src/'));
  return [
    ...checkTable(rules),
    ...inSrc.flatMap((module) => checkImports(module, rules)),
    ...checkCycles(inSrc),
    ...inSrc.flatMap(checkEnvironment),
    ...modules.flatMap(checkBuildPaths),
    ...checkLengths(modules, rules),
  ];
}

/** The table itself allows no import upwards. */
function checkTable({ MAY_IMPORT }) {
  const order = Object.keys(MAY_IMPORT);
  return Object.entries(MAY_IMPORT).flatMap(([part, allowed]) =>
    allowed
      .map((entry) => entry.replace('types of ', ''))
      .filter((entry) => entry !== '*' && order.indexOf(entry) <= order.indexOf(part))
      .map((entry) => `structure/rules.mjs: ${entry} is not below ${part}`),
  );
}

function checkImports({ path, imports }, rules) {
  const from = partOf(path, rules);
  if (from === undefined) {
    return [`${path}: belongs to no part in structure/rules.mjs`];
  }
  return imports.flatMap(({ to, isType, line }) => {
    const target = partOf(to, rules);
    const isAllowed = to === 'package.json' || mayImport(from, target, isType, rules);
    return isAllowed ? [] : [`${path}:${line}: ${from} may not import ${to}`];
  });
}

/** The part of `src` that a file belongs to: the longest name that fits. */
function partOf(path, { MAY_IMPORT }) {
  return Object.keys(MAY_IMPORT)
    .filter((part) => `${path}/`.startsWith(`src/${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function mayImport(from, to, isType, { MAY_IMPORT, LEAVES }) {
  const order = Object.keys(MAY_IMPORT);
  const allowed = MAY_IMPORT[from];
  return (
    to === from ||
    LEAVES.includes(to) ||
    allowed.includes(to) ||
    (isType && allowed.includes(`types of ${to}`)) ||
    (allowed.includes('*') && order.indexOf(to) > order.indexOf(from))
  );
}

/** Cycles of files, and of folders of which none contains the other. */
function checkCycles(modules) {
  const files = new Map();
  const folders = new Map();
  for (const { path, imports } of modules) {
    files.set(path, new Set(imports.map(({ to }) => to)));
    const folder = dirname(path);
    const targets = imports.map(({ to }) => dirname(to));
    const others = targets.filter(
      (to) => !`${to}/`.startsWith(`${folder}/`) && !`${folder}/`.startsWith(`${to}/`),
    );
    folders.set(folder, new Set([...(folders.get(folder) ?? []), ...others]));
  }
  return [files, folders].flatMap(findCycles);
}

/** A cycle for each edge that closes one in a depth-first search. */
function findCycles(graph) {
  const cycles = [];
  const done = new Set();
  const visit = (node, path) => {
    const start = path.indexOf(node);
    if (start >= 0) {
      cycles.push(`import cycle: ${[...path.slice(start), node].join(' → ')}`);
    } else if (!done.has(node)) {
      for (const next of graph.get(node) ?? []) {
        visit(next, [...path, node]);
      }
      done.add(node);
    }
  };
  for (const node of graph.keys()) {
    visit(node, []);
  }
  return cycles;
}

function checkEnvironment({ path, environment }) {
  return path.startsWith('src/config/')
    ? []
    : environment.map((line) => `${path}:${line}: only src/config reads process.env`);
}

/** Only package.json#imports (`#dist/…`) knows where the build's output is; in src, only entry-points.ts uses it. */
function checkBuildPaths({ path, strings }) {
  const isForbidden = ({ text }) =>
    /^\.\.?\/(.*\/)?dist\//.test(text) ||
    (path.startsWith('src/') && path !== 'src/entry-points.ts' && text.startsWith('#dist/'));
  return strings
    .filter(isForbidden)
    .map(({ text, line }) => `${path}:${line}: a path into the build’s output, ${text}`);
}

function checkLengths(modules, { LONG }) {
  const long = modules
    .flatMap(({ path, lines, functions }) => [
      { name: path, where: path, lines, max: MAX_FILE_LINES },
      // A test file's `describe` blocks are as long as the file.
      ...(path.startsWith('test/') ? [] : functions).map((each) => ({
        name: `${path}#${each.name}`,
        where: `${path}:${each.line}: ${each.name}`,
        lines: each.lines,
        max: MAX_FUNCTION_LINES,
      })),
    ])
    .filter(({ lines, max }) => lines > max);
  return [
    ...long
      .filter(({ name }) => !(name in LONG))
      .map(({ where, lines, max }) => `${where} has ${lines} lines, more than ${max}`),
    ...Object.keys(LONG)
      .filter((name) => !long.some((each) => each.name === name))
      .map((name) => `structure/rules.mjs: ${name} needs no exception`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkStructure(dirname(import.meta.dirname));
  for (const violation of violations) {
    process.stdout.write(`${violation}\n`);
  }
  process.exitCode = violations.length === 0 ? 0 : 1;
}
