import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOutGraph } from '../../src/console/browser/history/graph-layout.ts';

const commit = (name: string, ...parents: string[]) => ({ commit: name, parents });

test('a branch leaves the line of its parent and comes back in a merge', () => {
  const rows = layOutGraph([
    commit('merge', 'main', 'branch'),
    commit('branch', 'root'),
    commit('main', 'root'),
    commit('root'),
  ]);
  expect(rows).toEqual([
    { lane: 0, from: [], to: [0, 1], past: [] },
    { lane: 1, from: [1], to: [1], past: [0] },
    { lane: 0, from: [0], to: [0], past: [1] },
    { lane: 0, from: [0, 1], to: [], past: [] },
  ]);
});

test('two heads, and a lane that is used again', () => {
  const rows = layOutGraph([
    commit('first', 'root'),
    commit('second', 'root'),
    commit('root'),
    commit('unrelated'),
  ]);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 1, 0, 0]);
  expect(rows[2]?.from).toEqual([0, 1]);
});

test('an octopus merge, and a parent that is not listed', () => {
  const rows = layOutGraph([commit('merge', 'a', 'b', 'c'), commit('b', 'elsewhere')]);
  expect(rows[0]?.to).toEqual([0, 1, 2]);
  expect(rows[1]).toEqual({ lane: 1, from: [1], to: [1], past: [0, 2] });
});

test('every line from a commit to its parent ends there, and no two lines cross into one lane', () => {
  const histories = fc
    .array(fc.array(fc.nat(6), { maxLength: 3 }), { minLength: 1, maxLength: 40 })
    .map((all) =>
      all.map((offsets, i) =>
        commit(
          `${i}`,
          ...new Set(offsets.map((offset) => `${i + 1 + offset}`).filter((p) => +p < all.length)),
        ),
      ),
    );
  fc.assert(
    fc.property(histories, (commits) => {
      const rows = layOutGraph(commits);
      // Follows each lane: it leads to one commit only.
      const lanes = new Map<number, string>();
      for (const [index, { lane, from, to, past }] of rows.entries()) {
        const { commit: name, parents } = commits[index] as (typeof commits)[number];
        expect(
          [...lanes]
            .filter(([, target]) => target === name)
            .map(([each]) => each)
            .sort(),
        ).toEqual([...from].sort());
        for (const each of from) {
          lanes.delete(each);
        }
        expect([...lanes.keys()].sort()).toEqual([...past].sort());
        expect(past).not.toContain(lane);
        const targets = new Set<string>();
        for (const [at, parent] of parents.entries()) {
          const next = at === 0 ? lane : to.find((each) => lanes.get(each) === parent);
          const free = to.find((each) => !lanes.has(each));
          const chosen = next ?? free;
          expect(chosen).toBeDefined();
          expect(lanes.get(chosen as number) ?? parent).toBe(parent);
          lanes.set(chosen as number, parent);
          targets.add(parent);
        }
        expect(targets.size).toBe(parents.length);
      }
    }),
  );
});
