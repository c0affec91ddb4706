/** docs/how-to/release.md lists the scripts that the Jenkinsfile runs, in its order, and their variables. */
import { expect, test } from 'vitest';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

const release = readDocument('docs/how-to/release.md');

test('docs/how-to/release.md lists the steps of the Jenkinsfile', () => {
  const documented = tableRows(release, 'stage').flatMap(([, script = '']) => codeSpans(script));
  const steps = [...readDocument('Jenkinsfile').matchAll(/sh '(.+)'/g)].map(([, step]) => step);
  expect(documented).toEqual(steps);
});

test('docs/how-to/release.md lists the variables that release/common.sh explains', () => {
  const documented = tableRows(release, 'variable').flatMap(([names = '']) => codeSpans(names));
  const explained = [...readDocument('release/common.sh').matchAll(/^# {3}([A-Z_]+) {2,}/gm)];
  expect(documented.sort()).toEqual(explained.map(([, name]) => name).sort());
});

test('each platform has the functions that the other scripts call', () => {
  const platforms = ['release/production.sh', 'release/production-kubernetes.sh'].map(readDocument);
  const scripts = ['deploy', 'gate', 'rollback', 'smoke'].map((name) =>
    readDocument(`release/${name}.sh`),
  );
  const called = scripts
    .join('')
    .match(/\b\w+_production\b|\bproduction_\w+\b|\bis_in_production\b/g);
  const functions = [...new Set(called)].sort();
  expect(functions).toContain('replace_production');
  for (const platform of platforms) {
    expect(functions.filter((name) => !platform.includes(`\n${name}() `))).toEqual([]);
  }
});
