import { expect, test } from 'vitest';
import type { ModelHistory } from '../../src/api/history.ts';
import {
  fragmentOf,
  inOrder,
  nameOf,
  parseFragment,
} from '../../src/console/browser/history/view.ts';

const [NEW, OLD] = ['a1'.repeat(20), 'a2'.repeat(20)];
const commit = (sha: string, tags: string[], branches: string[]) => ({
  ...{ commit: sha, parents: [], author: 'A', date: '2026-01-01T00:00:00.000Z', subject: 'S' },
  ...{ tags, branches, isVersion: true },
});
const history: ModelHistory = {
  ...{ model: 'm', source: 's', notes: [], pins: [] },
  commits: [commit(NEW, ['v2'], ['main']), commit(OLD, [], ['feature/a b'])],
};

test('a view is the fragment of its address', () => {
  for (const view of [
    { type: 'version', commit: NEW },
    { type: 'compare', old: OLD, new: NEW },
  ] as const) {
    expect(parseFragment(fragmentOf(view), history)).toEqual(view);
  }
});

test.each([
  ['', { type: 'start' }],
  ['#', { type: 'start' }],
  ['#version=v2', { type: 'version', commit: NEW }],
  ['#version=feature/a%20b', { type: 'version', commit: OLD }],
  [`#version=${OLD.slice(0, 8)}`, { type: 'version', commit: OLD }],
  ['#version=a', { type: 'unknown', name: 'a' }],
  ['#compare=v2..none', { type: 'unknown', name: 'none' }],
  ['#compare=v2', { type: 'unknown', name: 'v2' }],
  ['#version=%E0%A4%A', { type: 'unknown', name: '%E0%A4%A' }],
  [`#version=${'f'.repeat(40)}`, { type: 'version', commit: 'f'.repeat(40) }],
])('%s', (fragment, view) => {
  expect(parseFragment(fragment, history)).toEqual(view);
});

test('a commit is named by its tag, its branch or its SHA; the older of two is the first', () => {
  expect([nameOf(NEW, history), nameOf(OLD, history), nameOf('f'.repeat(40), history)]).toEqual([
    ...['v2', 'feature/a b', 'ffffffff'],
  ]);
  expect(inOrder([NEW, OLD], history)).toEqual({ old: OLD, new: NEW });
  expect(inOrder([OLD, NEW], history)).toEqual({ old: OLD, new: NEW });
});
