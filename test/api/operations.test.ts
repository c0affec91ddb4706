/** The operations are what the application has as routes, with the statuses that it counts. */
import { expect, test } from 'vitest';
import { type Operation, statusesOf } from '../../src/api/operation.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { OTHER_METHOD } from '../../src/http/middleware/request-context.ts';
import { createManager } from '../../src/serving/manager.ts';
import type { Route } from '../../src/serving/observer.ts';
import { COMMIT, createTestApp } from '../support/app.ts';

const operations: readonly Operation[] = Object.values(OPERATIONS);

function routesOf(apiKeys: readonly string[], adminTokens: readonly string[]) {
  const routes = new Map<string, readonly number[]>();
  const onRoute = ({ method, route, statuses }: Route) => {
    if (method !== OTHER_METHOD && route !== 'none') {
      routes.set(`${method} ${route}`, statuses);
    }
  };
  createTestApp(createManager(COMMIT), { onRoute }, apiKeys, adminTokens);
  return routes;
}

const nameOf = ({ method, path, route = path }: Operation) => `${method.toUpperCase()} ${route}`;

test('each operation is a route and each route an operation, with all of its statuses', () => {
  const expected = operations.map((operation) => [
    nameOf(operation),
    [...statusesOf(operation), 499],
  ]);
  expect(Object.fromEntries(routesOf(['a-known-key'], ['an-admin-token']))).toEqual(
    Object.fromEntries(expected),
  );
});

test('without keys and tokens no operation has a guard, and there is no /admin', () => {
  const expected = operations
    .filter(({ guard }) => guard !== 'admin token')
    .map((operation) => [
      nameOf(operation),
      [...statusesOf({ ...operation, guard: undefined }), 499],
    ]);
  expect(Object.fromEntries(routesOf([], []))).toEqual(Object.fromEntries(expected));
});

test('the statuses of a prediction are those of its problems', () => {
  expect(statusesOf(OPERATIONS.predict)).toEqual([
    ...[200, 400, 401, 403, 408, 413, 415, 429, 431, 500, 503, 504],
  ]);
});

test('each operation has an id of its own', () => {
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});
