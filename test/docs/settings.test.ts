/** docs/reference/settings.md has the settings of the source, and what the server prints for invalid ones. */
import { expect, test } from 'vitest';
import { flagOf, readConfig } from '../../src/config/config.ts';
import type { Setting } from '../../src/config/setting.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { codeSpans, readDocument, tablesOf } from './markdown.ts';

const page = readDocument('docs/reference/settings.md');
const groups = tablesOf(page, 'variable').filter(([row]) => row?.length === 4);
const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);

/** The row of a setting. */
function rowOf({ variable, fallback, schema, doc }: Setting<unknown>): string[] {
  return [`\`${variable}\``, fallback ? `\`${fallback}\`` : '', valuesOf(schema), doc];
}

/** Of integers and choices, whose message has them. */
function valuesOf(schema: Setting<unknown>['schema']): string {
  const message = schema.safeParse('?').error?.issues[0]?.message ?? '';
  return /^expected (?:an integer from|one of) (.*)$/.exec(message)?.[1] ?? '';
}

test('lists each setting in one group: variable, default, values and text of the help', () => {
  expect(groups.length).toBeGreaterThan(1);
  expect(groups.flat().sort()).toEqual(settings.map(rowOf).sort());
});

test('lists the settings of a group in the order of the help', () => {
  const order = settings.map(({ variable }) => `\`${variable}\``);
  for (const group of groups) {
    const places = group.map(([variable = '']) => order.indexOf(variable));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
});

test('lists the variables that name a file with a secret', () => {
  const [files] = tablesOf(page, 'variable').filter(([row]) => row?.length === 3);
  const listed = (files ?? []).flatMap(([variable = '']) => codeSpans(variable));
  const ofSecrets = settings.filter(({ inFile }) => inFile).map(({ variable }) => variable);
  expect(listed.sort()).toEqual(
    [...ofSecrets.map((variable) => `${variable}_FILE`), 'API_KEYS_FILE'].sort(),
  );
});

const examples = [...page.matchAll(/^\$ (.+) node dist\/main\.js serve(.*)\n([^`]+)\n```$/gm)].map(
  ([command, variables = '', flags = '', printed = '']) => ({
    ...{ command, variables, flags: flags.trim(), printed },
  }),
);

test.each(examples)('$command', ({ variables, flags, printed }) => {
  const env = Object.fromEntries(variables.split(' ').map((each) => each.split('=')));
  const [flag = '', value = ''] = flags.split(' ');
  const name = Object.entries(SETTINGS).find(([, { variable }]) => flag === flagOf(variable))?.[0];
  expect(() => readConfig(name ? { [name]: value } : {}, env)).toThrow(
    expect.objectContaining({ message: printed.replace('tweet-sentiment: ', '') }),
  );
});

test('has examples of what is printed', () => {
  expect(examples).toHaveLength(2);
});
