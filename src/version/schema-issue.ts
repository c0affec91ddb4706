/** What a schema refuses, as `expected …, found …`, in words that need no knowledge of the schema's library. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** The message of an issue whose schema has none of its own. For `safeParse`. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  return `expected ${expectedBy(issue as Issue)}`;
}

/**
 * `<key>: expected …, found …`, with the keys from the top joined by dots.
 *
 * @param json the value that was parsed.
 */
export function describeIssue(given: Issue, json: unknown): string {
  const issue = closestIssue(given);
  const { path, message } = issue;
  const key = path.join('.') || 'top level';
  const text = `${key}: ${message}`;
  // A message of a schema's own may be complete.
  return message.startsWith('expected ') ? `${text}, found ${foundBy(issue, json)}` : text;
}

/** Of a union, the issue of the alternative that the value is nearest to: the deepest one, if there is only one. */
function closestIssue(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') {
    return issue;
  }
  const depthOf = (issues: readonly Issue[]): number =>
    Math.min(...issues.map(({ path }) => path.length));
  const [first, second] = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a));
  const closest = first?.[0];
  return closest && (!second || depthOf(first) > depthOf(second))
    ? closestIssue({ ...closest, path: [...issue.path, ...closest.path] })
    : issue;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'an array',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return sizeOf(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum);
    case 'too_big':
      return sizeOf(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum);
    case 'invalid_format':
      return `text that matches ${issue.pattern ?? issue.format}`;
    case 'invalid_key':
      return `as a key, ${issue.issues.map(({ message }) => message.replace(/^expected /, ''))}`;
    case 'unrecognized_keys':
      return 'only the known keys';
    case 'invalid_union':
      return [...new Set(issue.errors.flatMap(expectedByBranch))].join(' or ') || 'another value';
    default:
      return issue.message;
  }
}

function sizeOf(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case 'array':
      return `${relation} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    case 'string':
      return `text of ${relation} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
    default:
      return `a number, ${relation} ${limit}`;
  }
}

/** What one branch of a union expects: the value itself, or a key of it. */
function expectedByBranch(issues: readonly Issue[]): string[] {
  return issues.slice(0, 1).map((issue) => {
    const text = expectedBy(issue);
    return issue.path.length === 0 ? text : `${text} as ${issue.path.join('.')}`;
  });
}

function foundBy(issue: Issue, json: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => JSON.stringify(key)).join(', ');
  }
  if (issue.code === 'invalid_key') {
    return JSON.stringify(issue.path.at(-1));
  }
  const value = valueAt(json, issue.path);
  return value === undefined
    ? `nothing${otherKeys(valueAt(json, issue.path.slice(0, -1)))}`
    : describeValue(value);
}

function valueAt(json: unknown, path: Issue['path']): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    json,
  );
}

const MAX_SHOWN_KEYS = 8;

/** The keys that an object has in place of a missing one: it may be misspelt. */
function otherKeys(object: unknown): string {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    return '';
  }
  const keys = Object.keys(object);
  const shown = keys.slice(0, MAX_SHOWN_KEYS).map((key) => JSON.stringify(key));
  const more = keys.length > shown.length ? ', …' : '';
  return shown.length === 0 ? '' : ` among the keys ${shown.join(', ')}${more}`;
}

const MAX_SHOWN_LENGTH = 80;

function describeValue(value: unknown): string {
  if (Array.isArray(value)) {
    return `an array of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) {
    return 'an object';
  }
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH - 1)}…` : text;
}
