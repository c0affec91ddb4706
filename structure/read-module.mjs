// Reads a source file: what it imports, its strings, its functions, where it reads the environment.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';

/** The TypeScript and JavaScript files of a folder, as paths from `root`, sorted. */
export function sourceFiles(root, folder) {
  if (!existsSync(join(root, folder))) {
    return [];
  }
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => /(?<!\.d)\.m?[tj]s$/.test(path) && !/\/(node_modules|\.venv)\//.test(path))
    .sort();
}

/**
 * @returns `{path, lines, imports: [{to, isType, line}], strings: [{text, line}], functions: [{name,
 *   line, lines}], environment: [line]}`; `to` is a path from `root`, packages are left out.
 */
export function readModule(root, path) {
  const source = readFileSync(join(root, path), 'utf8');
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) {
    throw new Error(`${path}: ${errors[0].message}`);
  }
  const lineAt = (offset) => source.slice(0, offset).split('\n').length;
  const found = { imports: [], strings: [], functions: [], environment: [] };
  const names = new Map();
  const addImport = (node, isType) => {
    const to = node.source?.value;
    if (/^\.\.?\//.test(to)) {
      const target = posix.join(posix.dirname(path), to);
      found.imports.push({ to: target, isType, line: lineAt(node.start) });
    }
  };
  const addString = (node, text) => found.strings.push({ text, line: lineAt(node.start) });
  const addFunction = (node) => {
    const line = lineAt(node.start);
    const name = node.id?.name ?? names.get(node.start) ?? 'anonymous';
    found.functions.push({ name, line, lines: lineAt(node.end) - line + 1 });
  };
  const addName = (value, { name }) => value && name && names.set(value.start, name);
  const addEnvironment = (node) => found.environment.push(lineAt(node.start));
  new Visitor({
    ImportDeclaration: (node) => {
      addImport(node, isTypeOnly(node, node.importKind));
      if (/^(node:)?process$/.test(node.source.value) && hasKey(node.specifiers, 'imported')) {
        addEnvironment(node);
      }
    },
    ExportNamedDeclaration: (node) => addImport(node, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => addImport(node, node.exportKind === 'type'),
    ImportExpression: (node) => addImport(node, false),
    TSImportType: (node) => addImport(node, true),
    Literal: (node) => typeof node.value === 'string' && addString(node, node.value),
    TemplateElement: (node) => addString(node, node.value.cooked ?? ''),
    MemberExpression: (node) => {
      if (isProcess(node.object) && (node.property.name ?? node.property.value) === 'env') {
        addEnvironment(node);
      }
    },
    VariableDeclarator: ({ id, init }) => {
      addName(init, id);
      if (init && isProcess(init) && hasKey(id.properties ?? [], 'key')) {
        addEnvironment(init);
      }
    },
    Property: ({ key, value }) => addName(value, key),
    MethodDefinition: ({ key, value }) => addName(value, key),
    PropertyDefinition: ({ key, value }) => addName(value, key),
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
  }).visit(program);
  return { path, lines: lineAt(source.trimEnd().length), ...found };
}

/** Whether an import brings nothing but types. */
function isTypeOnly({ specifiers }, kind) {
  const isEach =
    specifiers.length > 0 && specifiers.every(({ importKind }) => importKind === 'type');
  return kind === 'type' || isEach;
}

/** `process` or `globalThis.process`. */
function isProcess(node) {
  return (node.name ?? node.property?.name) === 'process';
}

/** Whether `env` is among imported or destructured names. */
function hasKey(nodes, key) {
  return nodes.some((node) => node[key]?.name === 'env');
}
