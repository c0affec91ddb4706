/** docs/runbook.md has a section for each alert, and each alert links to its own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/server.ts';
import { readDocument } from './markdown.ts';

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert?: string;
  readonly annotations?: { readonly runbook_url?: string };
}

const FOLDER = 'deploy/prometheus';

const alerts = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith('.yml'))
  .flatMap((name) => (parse(readDocument(join(FOLDER, name))) as RuleFile).groups)
  .flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));

test('the runbook has a section for each alert', () => {
  const sections = [...readDocument('docs/runbook.md').matchAll(/^## (.+)$/gm)];
  const names = new Set(alerts.map(({ alert }) => alert));
  expect(names.size).toBeGreaterThan(0);
  expect(sections.map(([, heading]) => heading).sort()).toEqual([...names].sort());
});

test('each alert links to its section', () => {
  for (const { alert, annotations } of alerts) {
    expect.soft(annotations?.runbook_url).toBe(`docs/runbook.md#${alert?.toLowerCase()}`);
  }
});
