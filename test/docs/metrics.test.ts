/** docs/telemetry.md lists the values of each label that has a fixed set of them. */
import { expect, test } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

/** Metric, label, values: of each row such as `name | counter | `reason`: this, that`. */
const documented = tableRows(readDocument('docs/telemetry.md'), 'name').flatMap(
  ([name = '', , labels = '']) => {
    const [, label, values] = /^`(\w+)`: (.+)$/.exec(labels) ?? [];
    return values === undefined ? [] : [{ name: codeSpans(name)[0], label, values }];
  },
);

test.each(documented)('$name has $label: $values', async ({ name, label, values }) => {
  const text = await createMetrics(() => NO_STATS).expose();
  const found = [...text.matchAll(new RegExp(`^${name}\\{${label}="([^"]+)"\\}`, 'gm'))];
  expect(found.map(([, value]) => value).sort()).toEqual(values.split(', ').sort());
});
