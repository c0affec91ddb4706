/** What the buttons of the console announce, and which request each sends. */
import { describe, expect, test } from 'vitest';
import type { ConsoleData } from '../../src/api/console.ts';
import {
  ACTIONS,
  type ActionName,
  describeOutcome,
  labelsToMap,
} from '../../src/console/browser/admin-actions.ts';

const [OLD, NEW, UNKNOWN, OTHER] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
  string,
];
const since = '2026-01-01T00:00:00Z';
const alone = {
  model: { name: 'm', commit: OLD, tag: 'v1' },
  labels: ['good', 'bad'],
  versions: [
    { commit: NEW, tag: 'v2', languages: ['de'], labels: ['bad', 'good'] },
    { commit: OLD, tag: 'v1', languages: ['en'], labels: ['good', 'bad'] },
    { commit: OTHER, tag: 'v3', languages: ['en'], labels: ['POS', 'NEG'] },
  ],
} as unknown as ConsoleData;
const compared = { ...alone, candidate: { name: 'm', commit: NEW, tag: 'v2', share: 0.5, since } };
const promoted = {
  ...alone,
  model: { name: 'm', commit: NEW },
  previous: { commit: OLD, loaded: true },
};
const choice = { version: 'v2', share: 0.25, labelMap: {} };

test.each<[string, ConsoleData, ActionName[]]>([
  ['nothing while a model is loaded', { ...alone, model: undefined } as ConsoleData, []],
  ['a candidate and a swap', alone, ['load', 'swap']],
  ['what can be done with a candidate', compared, ['promote', 'share', 'end', 'load', 'swap']],
  ['the version before', promoted, ['load', 'swap', 'rollback']],
])('offered is %s', (_, data, expected) => {
  const names = Object.keys(ACTIONS) as ActionName[];
  expect(names.filter((name) => ACTIONS[name].isPossible(data))).toEqual(expected);
});

describe('each says what will happen, and requests it:', () => {
  test.each<[ActionName, ConsoleData, string, object]>([
    [
      'promote',
      compared,
      'v2 answers every request from now on; it is loaded already. v1 becomes the version before',
      { method: 'POST', path: '/admin/promote' },
    ],
    [
      'share',
      compared,
      'v2 predicts 25 % of the texts from now on, until now it was 50 %.',
      { method: 'PUT', path: '/admin/shadow', body: { commit: NEW, share: 0.25 } },
    ],
    [
      'end',
      compared,
      'v2 is closed, and its counts are dropped; its predictions stay in the log. v1 goes on to serve.',
      { method: 'DELETE', path: '/admin/shadow' },
    ],
    [
      'load',
      alone,
      'v2 predicts 25 % of the texts from now on, after v1 has answered them.',
      { method: 'PUT', path: '/admin/shadow', body: { commit: NEW, share: 0.25 } },
    ],
    [
      'swap',
      alone,
      'v2 answers every request from now on, in the place of v1, as soon as it is proven and loaded.',
      { method: 'PUT', path: '/admin/model', body: { commit: NEW } },
    ],
    [
      'rollback',
      promoted,
      'v1 answers every request from now on, in the place of bbbbbbbb; it is loaded already.',
      { method: 'POST', path: '/admin/rollback' },
    ],
  ])('%s', (name, data, text, request) => {
    const { explain, request: requestOf } = ACTIONS[name];
    expect(explain(data, choice).replaceAll('\u00a0', ' ')).toContain(text);
    expect(requestOf(data, choice)).toEqual(request);
  });

  test('a candidate that takes the place of another one', () => {
    expect(ACTIONS.load.explain(compared, choice)).toContain('It takes the place of v2.');
  });
});

test('a version that is not on this machine is named by its commit, and sent as it is', () => {
  const unknown = { ...choice, version: UNKNOWN };
  expect(ACTIONS.swap.explain(alone, unknown)).toMatch(/^cccccccc answers every request/);
  expect(ACTIONS.swap.request(alone, unknown).body).toEqual({ commit: UNKNOWN });
});

test('what has been done is said, with its warnings', () => {
  const outcome = {
    type: 'swap',
    from: OLD,
    to: NEW,
    changed: true,
    warnings: ['Labels differ'],
  } as const;
  expect(describeOutcome(alone, outcome)).toBe('v2 serves now. Labels differ');
  expect(describeOutcome(alone, { ...outcome, changed: false, warnings: [] })).toBe(
    'Nothing has changed: it was so already.',
  );
  const ended = { type: 'end-shadow', from: NEW, to: null, changed: true, warnings: [] } as const;
  expect(describeOutcome(compared, ended)).toBe('The comparison has ended.');
});

test('labels are mapped where those of the version are others', () => {
  expect(labelsToMap(alone, 'v2')).toEqual([]);
  expect(labelsToMap(alone, UNKNOWN)).toEqual([]);
  expect(labelsToMap(alone, 'v3')).toEqual(['POS', 'NEG']);
  expect(labelsToMap(alone, OTHER)).toEqual(['POS', 'NEG']);
  const labelMap = { POS: 'good', NEG: 'bad' };
  const { body } = ACTIONS.load.request(alone, { version: 'v3', share: 1, labelMap });
  expect(body).toEqual({ commit: OTHER, share: 1, labelMap });
});
