/** What the shell blocks of the documents use is there: commands, options, scripts, values, services, settings, files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/server.ts';
import {
  COMMANDS,
  isChartValue,
  isKnownPath,
  isKnownRoute,
  isKnownVariable,
  PROFILES,
  pathsOf,
  SCRIPTS,
  SERVICES,
  VALUE_NAMES,
} from './known.ts';
import { codeSpans, listDocuments, listFiles, readDocument } from './markdown.ts';
import { commandsOf, type SimpleCommand, shellBlocks } from './shell.ts';

/** What is wrong with a command, in sentences. */
type Check = (command: SimpleCommand) => string[];

const optionsOf = (words: readonly string[]): string[] =>
  words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/s, ''));

/** `tweet-sentiment …` and `node dist/main.js …`. */
const checkCommandLine: Check = ({ words }) => {
  const args = words[0] === 'tweet-sentiment' ? words.slice(1) : words.slice(2);
  const isOurs =
    words[0] === 'tweet-sentiment' || words.slice(0, 2).join(' ') === 'node dist/main.js';
  if (!isOurs) {
    return [];
  }
  const names = args.map((_, at) => args.slice(0, at + 1).join(' '));
  const name = names.findLast((each) => COMMANDS.has(each));
  const known = [...(COMMANDS.get(name ?? '') ?? []), '--help'];
  return name === undefined
    ? [`there is no command ${args.slice(0, 2).join(' ')}`]
    : optionsOf(args)
        .filter((option) => !known.includes(option))
        .map((option) => `${name} has no option ${option}`);
};

/** What npm itself knows. */
const NPM = ['ci', 'install', 'exec'];

const checkScript: Check = ({ words: [program, command = '', name = ''] }) => {
  const script = command === 'run' ? name : command;
  return program !== 'npm' || NPM.includes(command) || SCRIPTS.includes(script)
    ? []
    : [`package.json has no script ${script}`];
};

const checkHelm: Check = ({ words }) =>
  words[0] === 'helm' && words.some((word) => word.endsWith('deploy/helm/tweet-sentiment'))
    ? words
        .flatMap((word, at) => (/^--set(?:-string)?$/.test(words[at - 1] ?? '') ? [word] : []))
        .map((word) => word.replace(/=.*/s, ''))
        .filter((path) => !isChartValue(path))
        .map((path) => `the chart has no value ${path}`)
    : [];

const COMPOSE_COMMANDS = ['up', 'build', 'push', 'logs', 'ps', 'exec', 'stop', 'down', 'restart'];
const COMPOSE_FLAGS = [
  ...['--build', '--detach', '-d', '--no-deps', '--no-log-prefix', '--all', '--follow', '--tail'],
];
const COMPOSE_OPTIONS_WITH_VALUE = ['--profile', '--project-name', '--scale'];

const checkCompose: Check = ({ words }) => {
  if (words[0] !== 'docker' || words[1] !== 'compose') {
    return [];
  }
  const problems: string[] = [];
  let command: string | undefined;
  for (let at = 2; at < words.length; at++) {
    const word = (words[at] as string).replace(/^(--[\w-]+)=.*/, '$1');
    const value = words[at + 1] ?? '';
    if (COMPOSE_OPTIONS_WITH_VALUE.includes(word)) {
      at++;
      const isKnown =
        word === '--profile'
          ? PROFILES.includes(value)
          : SERVICES.includes(value.replace(/=.*/, ''));
      problems.push(...(isKnown || word === '--project-name' ? [] : [`${word} ${value}`]));
    } else if (word.startsWith('-')) {
      problems.push(...(COMPOSE_FLAGS.includes(word) ? [] : [`compose has no option ${word}`]));
    } else if (command === undefined) {
      command = word;
      problems.push(...(COMPOSE_COMMANDS.includes(word) ? [] : [`compose has no command ${word}`]));
    } else {
      problems.push(...(SERVICES.includes(word) ? [] : [`compose has no service ${word}`]));
      if (command === 'exec') {
        break;
      }
    }
  }
  return problems;
};

const checkContainer: Check = ({ words }) =>
  words[0] === 'docker' && words[1] === 'run'
    ? words
        .flatMap((word, at) => (words[at - 1] === '-e' ? [word.replace(/=.*/s, '')] : []))
        .filter((name) => !isKnownVariable(name))
        .map((name) => `there is no setting ${name}`)
    : [];

const OWN_PATH =
  /^(?:\.\/)?(?:src|test|tools|bench|demo|deploy|docs|release|structure|models|examples|templates)\/[\w.*/-]+$/;

const checkPaths: Check = ({ words }) =>
  words
    .map((word) => word.replace(/^--[\w-]+=/, ''))
    .filter((word) => OWN_PATH.test(word) && !isKnownPath(word))
    .map((path) => `there is no ${path}`);

const checkRoutes: Check = ({ words }) =>
  words[0] === 'curl'
    ? words
        .map((word) => /^(?:http:\/\/)?localhost:8080(\/[^?]*|$)/.exec(word)?.[1])
        .filter((path) => path !== undefined && !path.includes('‹') && !isKnownRoute(path || '/'))
        .map((path) => `the server has no ${path}`)
    : [];

const CHECKS: readonly Check[] = [
  ...[checkCommandLine, checkScript, checkHelm, checkCompose, checkContainer],
  ...[checkPaths, checkRoutes],
];

/** Variables in capitals that neither the product nor a later command of the document reads. */
function unknownVariables(document: string, commands: readonly SimpleCommand[]): string[] {
  return commands
    .flatMap(({ assignments }) => assignments.map(([name]) => name))
    .filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name) && !isKnownVariable(name))
    .filter((name) => !new RegExp(`\\$\\{?${name}\\b`).test(document))
    .map((name) => `nothing reads the variable ${name}`);
}

const problemsOf = (document: string): string[] => {
  const commands = shellBlocks(document).flatMap(commandsOf);
  return [
    ...commands.flatMap((command) => CHECKS.flatMap((check) => check(command))),
    ...unknownVariables(document, commands),
  ];
};

test.each(listDocuments())('shell blocks of %s', (path) => {
  expect(problemsOf(readDocument(path))).toEqual([]);
});

/** Everything that the product's own files say. */
const sources = ['src', 'deploy', 'release', '.github']
  .filter((folder) => existsSync(join(ROOT, folder)))
  .flatMap(listFiles)
  .filter((path) => /\.(?:ts|ya?ml|json|sh|tpl)$/.test(path))
  .map(readDocument)
  .join('\n');

const isInSources = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(sources);

const HOW_TO = listDocuments().filter((path) => /^docs\/how-to\/|^deploy\//.test(path));

test.each(HOW_TO)('values of the chart in %s', (path) => {
  const document = readDocument(path);
  const blocks = [...document.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, block = '']) => parse(block) as object)
    .filter((block) => Object.keys(block).every((name) => VALUE_NAMES.includes(name)));
  const spans = codeSpans(document).filter(
    (text) =>
      /^\w+(?:\.\w+)+$/.test(text) &&
      !/\.(?:onnx|sh|gz|json)$/.test(text) &&
      VALUE_NAMES.includes(text.replace(/\..*/, '')),
  );
  const named = [...blocks.flatMap((block) => pathsOf(block)), ...spans];
  expect(named.filter((value) => !isChartValue(value))).toEqual([]);
});

test.each(HOW_TO)('settings in %s', (path) => {
  const names = codeSpans(readDocument(path))
    .map((text) => /^([A-Z][A-Z0-9]*_[A-Z0-9_]*)(?:=.*)?$/.exec(text)?.[1])
    .filter((name) => name !== undefined);
  expect(names.filter((name) => !isKnownVariable(name) && !isInSources(name))).toEqual([]);
});

test.each(HOW_TO)('events, fields, metrics and problems in %s', (path) => {
  const names = codeSpans(readDocument(path)).flatMap((text) =>
    /^(?:[a-z]+(?:_[a-z0-9]+)+|\/problems\/[a-z-]+)$/.test(text) ? [text] : [],
  );
  expect(names.filter((name) => !isInSources(name.replace('/problems/', '')))).toEqual([]);
});

test('the blocks are read: there are many commands of ours in them', () => {
  const commands = listDocuments().flatMap((path) =>
    shellBlocks(readDocument(path)).flatMap(commandsOf),
  );
  const isOurs = ({ words }: SimpleCommand): boolean =>
    words[0] === 'tweet-sentiment' || words[1] === 'dist/main.js';
  expect(commands.filter(isOurs).length).toBeGreaterThan(60);
});

describe('what is not there is found', () => {
  test.each([
    ['node dist/main.js models shew 1234', 'there is no command models shew'],
    ['LOG_FILE=x tweet-sentiment logs x --folow', 'logs has no option --folow'],
    [
      'until x; do y "$(tweet-sentiment predict a --outptu b)"; done',
      'predict has no option --outptu',
    ],
    ['cat <<END\nnpm run this is text\nEND\nnpm run buidl', 'package.json has no script buidl'],
    [
      'helm install x deploy/helm/tweet-sentiment --set-string modelComit=1',
      'the chart has no value modelComit',
    ],
    ['docker compose \\\n  up servr', 'compose has no service servr'],
    ['docker compose --profile observe up', '--profile observe'],
    ['docker run -e MODEL_STOER=x image', 'there is no setting MODEL_STOER'],
    [
      'promtool test rules deploy/prometheus/test/*.yml',
      'there is no deploy/prometheus/test/*.yml',
    ],
    ['curl -s localhost:8080/redyz', 'the server has no /redyz'],
    ['export LOG_FIEL=server.log', 'nothing reads the variable LOG_FIEL'],
  ])('%j', (script, problem) => {
    expect(problemsOf(`\`\`\`sh\n${script}\n\`\`\`\n`)).toEqual([problem]);
  });
});
