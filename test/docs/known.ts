/** What a document may name: the product's own lists of commands, scripts, settings, chart values, services, routes. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { OPERATIONS } from '../../src/api/operations.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { ROOT } from '../support/server.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

const CHART = 'deploy/helm/tweet-sentiment';

/** By command, such as `models diff`: its long options. test/e2e/docs.test.ts compares this table with `--help`. */
export const COMMANDS: ReadonlyMap<string, readonly string[]> = new Map(
  tableRows(readDocument('docs/reference/commands.md'), 'command').map(
    ([usage = '', options = '']) => {
      const name = (codeSpans(usage)[0] ?? '').replace(/ [[<].*$/, '');
      const flags = Object.values(SETTINGS).map(({ variable }) => flagOf(variable));
      return [name, name === 'serve' ? flags : codeSpans(options)] as const;
    },
  ),
);

function flagOf(variable: string): string {
  return `--${variable.toLowerCase().replaceAll('_', '-')}`;
}

const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: object };
export const SCRIPTS: readonly string[] = Object.keys(scripts);

const compose = readDocument('docker-compose.yml');
const { services } = parse(compose) as { services: Record<string, { profiles?: string[] }> };
export const SERVICES: readonly string[] = Object.keys(services);
export const PROFILES: readonly string[] = Object.values(services).flatMap(
  ({ profiles = [] }) => profiles,
);

/** Of other programs that documents use. Those of the AWS SDK and of OpenTelemetry have a prefix. */
const FOREIGN = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'NO_COLOR'],
  ...['UV_FIND_LINKS', 'GIT_LFS_SKIP_SMUDGE', 'GIT_DIR', 'GIT_INDEX_FILE'],
  ...['MALLOC_MMAP_THRESHOLD_', 'MALLOC_ARENA_MAX', 'TWEET_SENTIMENT'],
];
const SETTING_NAMES = Object.values(SETTINGS).flatMap(({ variable }) => [
  variable,
  `${variable}_FILE`,
]);
const VARIABLES = new Set([
  ...FOREIGN,
  ...SETTING_NAMES,
  ...[...compose.matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string),
  ...[...readDocument('release/common.sh').matchAll(/^# {3}([A-Z_]+) {2,}/gm)].map(
    ([, name]) => name as string,
  ),
]);

/** Whether a program of this project, or one that it uses, reads the variable. */
export function isKnownVariable(name: string): boolean {
  return VARIABLES.has(name) || /^(?:AWS|OTEL)_[A-Z0-9_]*$/.test(name);
}

const values = parse(readDocument(`${CHART}/values.yaml`)) as Record<string, unknown>;
export const VALUE_NAMES: readonly string[] = Object.keys(values);

/** Whether the chart has the value, such as `image.repository`; an empty object in values.yaml may have any key. */
export function isChartValue(path: string): boolean {
  let node: unknown = values;
  for (const key of path.split('.')) {
    if (!isObject(node)) {
      return false;
    }
    if (Object.keys(node).length === 0) {
      return true;
    }
    if (!(key in node)) {
      return false;
    }
    node = node[key];
  }
  return true;
}

/** The paths of all keys of an object, such as `image.repository`. */
export function pathsOf(node: unknown, prefix = ''): string[] {
  return isObject(node)
    ? Object.entries(node).flatMap(([key, value]) => [
        `${prefix}${key}`,
        ...pathsOf(value, `${prefix}${key}.`),
      ])
    : [];
}

function isObject(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

/** Whether a path of the project is there; in its last part, `*` is any text. */
export function isKnownPath(path: string): boolean {
  if (!path.includes('*')) {
    return existsSync(join(ROOT, path));
  }
  const folder = join(ROOT, dirname(path));
  const pattern = path.slice(path.lastIndexOf('/') + 1);
  const expression = new RegExp(
    `^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
  );
  return existsSync(folder) && readdirSync(folder).some((name) => expression.test(name));
}

const ROUTES = Object.values(OPERATIONS).map(
  ({ path }) => new RegExp(`^${path.replace(/[:*{][^/]*/g, '.+')}$`),
);

/** Whether the server has the route; the one of a page, too. */
export function isKnownRoute(path: string): boolean {
  return /^\/(?:docs|history)?$/.test(path) || ROUTES.some((route) => route.test(path));
}
