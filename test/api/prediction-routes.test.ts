/** Alerts, dashboard, console and runbook are about the same routes: those that predict. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Operation } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { PREDICTION_ROUTES, PREDICTION_ROUTES_PATTERN } from '../../src/api/prediction-routes.ts';
import { ROOT } from '../support/server.ts';

const FILES = [
  ...readdirSync(join(ROOT, 'deploy/prometheus'))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `deploy/prometheus/${name}`),
  'deploy/grafana/dashboards/tweet-sentiment.json',
  'docs/runbook.md',
];

test('they are the operations that wait in the queue, and that of gRPC', () => {
  const operations: readonly Operation[] = Object.values(OPERATIONS);
  const waiting = operations
    .filter(({ problems }) => problems.includes('queue-full'))
    .map(({ path, route = path }) => route);
  expect([...PREDICTION_ROUTES].filter((route) => !waiting.includes(route))).toEqual([
    '/inference.GRPCInferenceService/ModelInfer',
  ]);
  expect(waiting.filter((route) => !PREDICTION_ROUTES.has(route))).toEqual([]);
});

test('the pattern matches the routes that predict, as a whole', () => {
  const pattern = new RegExp(`^(?:${PREDICTION_ROUTES_PATTERN})$`);
  for (const route of PREDICTION_ROUTES) {
    expect.soft(route).toMatch(pattern);
  }
  for (const route of ['none', '/feedback', '/v2/models/:name', '/v2/models/:name/ready', '/v2']) {
    expect.soft(route).not.toMatch(pattern);
  }
});

test('whatever selects routes by name selects them by this pattern', () => {
  const selected = FILES.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\broute(=~?)\\?"([^"\\]*)/g)].map(
      ([, operator, value]) => ({ file, operator, value }),
    ),
  );
  expect(new Set(selected.map(({ file }) => file)).size).toBe(4);
  for (const { file, operator, value } of selected) {
    expect.soft([operator, value], file).toEqual(['=~', PREDICTION_ROUTES_PATTERN]);
  }
});
