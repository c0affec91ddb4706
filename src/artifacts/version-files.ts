/**
 * The files of a version: what each is for, whether a version must have it, what it must contain, and
 * how two changes of it are merged. Everything that depends on the name of a file reads it here.
 */
import { z } from 'zod';
import { configSchema } from './config-json.ts';
import { datasetsSchema } from './datasets.ts';
import { environmentSchema } from './environment.ts';
import { goldenSchema } from './golden.ts';
import { metricsSchema } from './metrics.ts';
import { profileSchema } from './profile.ts';
import { tokenizerSchema } from './tokenizer-json.ts';

const hyperparametersSchema = z.looseObject({}).meta({
  title: 'hyperparameters.json',
  description:
    'The configuration of the training. The keys are those that the training code reads; two versions are ' +
    'compared and merged key by key.',
});

/** What a file is for, in the order in which kinds are listed. */
export const FILE_KINDS = [
  'code',
  'data',
  'configuration',
  'environment',
  'model',
  'evidence',
  'documentation',
] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** How two changes of one file become one. */
export type MergeStrategy =
  /** Key by key. */
  | 'json-keys'
  /** Data set by data set, then file by file, then key by key. */
  | 'datasets'
  /** Package by package. */
  | 'packages'
  /** The file is one value. */
  | 'whole-file'
  /** Not at all: the merged ingredients have to be trained. */
  | 'retrain'
  /** As git merges any text. */
  | 'lines';

interface FileRule {
  readonly kind: FileKind;
  readonly merge: MergeStrategy;
  /** `models commit` refuses a version without it. */
  readonly isRequired?: boolean;
  /** Training, export and measurement write it: `models reproduce` makes it again. */
  readonly isOutput?: boolean;
  readonly schema?: z.ZodType;
}

export const VERSION_FILES = {
  'README.md': { kind: 'documentation', merge: 'lines', isRequired: true },
  'data/datasets.json': {
    kind: 'data',
    merge: 'datasets',
    isRequired: true,
    schema: datasetsSchema,
  },
  'hyperparameters.json': {
    kind: 'configuration',
    merge: 'json-keys',
    isRequired: true,
    schema: hyperparametersSchema,
  },
  'environment/environment.json': {
    kind: 'environment',
    merge: 'json-keys',
    isRequired: true,
    schema: environmentSchema,
  },
  'environment/requirements.in': { kind: 'environment', merge: 'packages' },
  'environment/requirements.txt': { kind: 'environment', merge: 'packages', isRequired: true },
  'environment/.python-version': { kind: 'environment', merge: 'whole-file', isRequired: true },
  'model.onnx': { kind: 'model', merge: 'retrain', isRequired: true, isOutput: true },
  'tokenizer.json': {
    kind: 'model',
    merge: 'retrain',
    isRequired: true,
    isOutput: true,
    schema: tokenizerSchema,
  },
  'config.json': {
    kind: 'model',
    merge: 'json-keys',
    isRequired: true,
    isOutput: true,
    schema: configSchema,
  },
  'metrics.json': {
    kind: 'evidence',
    merge: 'retrain',
    isRequired: true,
    isOutput: true,
    schema: metricsSchema,
  },
  'profile.json': {
    kind: 'evidence',
    merge: 'retrain',
    isRequired: true,
    isOutput: true,
    schema: profileSchema,
  },
  'golden.json': {
    kind: 'evidence',
    merge: 'retrain',
    isRequired: true,
    isOutput: true,
    schema: goldenSchema,
  },
} as const satisfies Readonly<Record<string, FileRule>>;

export type VersionFilePath = keyof typeof VERSION_FILES;

/**
 * Kinds of the files that have no row above, by the first pattern that matches. Training code can read any
 * file, so what is neither documentation nor a setting of git or of its hosts counts as code.
 */
const KIND_PATTERNS: readonly (readonly [RegExp, FileKind])[] = [
  [/^data\//, 'data'],
  [/^environment\//, 'environment'],
  [
    /^(?:README|LICEN[CS]E|NOTICE|CHANGELOG|CONTRIBUTING|CITATION|SECURITY)(?:\.(?:md|rst|txt|cff))?$/i,
    'documentation',
  ],
  [/^docs\/.*\.(?:md|rst|png|svg|jpe?g|gif|pdf)$/i, 'documentation'],
  [/^\.(?:gitattributes|gitignore|lfsconfig|editorconfig|gitlab-ci\.yml)$/i, 'documentation'],
  [/^\.git(?:hub|lab)\//i, 'documentation'],
];

const INGREDIENT_KINDS: ReadonlySet<FileKind> = new Set([
  'code',
  'data',
  'configuration',
  'environment',
]);

const RULES: ReadonlyMap<string, FileRule> = new Map(Object.entries(VERSION_FILES));

/** @returns undefined for a file that a version may have without any rule for it. */
export function ruleOf(path: string): FileRule | undefined {
  return RULES.get(path);
}

/** The paths whose rule meets a condition, in the order of the table. */
export function versionFilesWhere(condition: (rule: FileRule) => boolean): VersionFilePath[] {
  return [...RULES].filter(([, rule]) => condition(rule)).map(([path]) => path as VersionFilePath);
}

export function kindOf(path: string): FileKind {
  const [, kind = 'code'] = KIND_PATTERNS.find(([pattern]) => pattern.test(path)) ?? [];
  return ruleOf(path)?.kind ?? kind;
}

/** True for a file that training depends on: code, data, configuration, environment. */
export function isIngredient(path: string): boolean {
  return INGREDIENT_KINDS.has(kindOf(path));
}

/** True for a file that training, export or measurement writes. */
export function isOutput(path: string): boolean {
  return ruleOf(path)?.isOutput === true;
}

/** What a classifier is loaded from. */
export const MODEL_FILES: readonly VersionFilePath[] = versionFilesWhere(
  ({ kind }) => kind === 'model',
);

/**
 * How two changes of a file are merged.
 *
 * @param path may begin with the folder of the version: git's attributes match there too.
 */
export function mergeStrategyOf(path: string): MergeStrategy {
  const [, rule] = [...RULES].find(([name]) => path === name || path.endsWith(`/${name}`)) ?? [];
  if (rule) {
    return rule.merge;
  }
  return isRequirementsFile(path) ? 'packages' : path.endsWith('.json') ? 'json-keys' : 'lines';
}

/** True for a lock file and for what it is made from: that of the training, or of an earlier step in a folder of its own. */
export function isRequirementsFile(path: string): boolean {
  const [name = '', ...folders] = path.split('/').reverse();
  return folders.includes('environment') && ['requirements.in', 'requirements.txt'].includes(name);
}
