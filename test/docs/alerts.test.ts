/** docs/how-to/alerts.md lists each alert of deploy/prometheus under its severity, and routes of Alertmanager that exist. */
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { codeSpans, listFiles, readDocument, tableRows } from './markdown.ts';

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly labels?: { severity?: string } }[];
  }[];
}

const page = readDocument('docs/how-to/alerts.md');

test('its table has each alert by its severity; the watchdog has a sentence', () => {
  const expected = listFiles('deploy/prometheus')
    .filter((path) => /^deploy\/prometheus\/alerts-[\w-]+\.yml$/.test(path))
    .flatMap((path) => (parse(readDocument(path)) as RuleFile).groups)
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert !== undefined)
    .map(({ alert, labels }) => `${labels?.severity} ${alert}`);
  const documented = tableRows(page, 'about').flatMap(([, pages = '', tickets = '']) => [
    ...codeSpans(pages).map((name) => `page ${name}`),
    ...codeSpans(tickets).map((name) => `ticket ${name}`),
  ]);
  expect(page).toContain('`Watchdog` (severity `none`)');
  expect([...documented, 'none Watchdog'].sort()).toEqual(expected.sort());
});

test('it names the receivers of alertmanager.yml', () => {
  const { receivers } = parse(readDocument('deploy/alertmanager/alertmanager.yml')) as {
    receivers: { name: string }[];
  };
  const [, named = ''] = /give its receivers\s([^:]+) a destination/.exec(page) ?? [];
  expect(codeSpans(named)).toEqual(receivers.map(({ name }) => name));
});
