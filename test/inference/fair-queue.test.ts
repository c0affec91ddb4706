import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFairQueue } from '../../src/inference/fair-queue.ts';

interface Item {
  readonly name: string;
  readonly cost: number;
}

const items = (names: string, cost = 1): Item[] => [...names].map((name) => ({ name, cost }));
const namesOf = (list: readonly Item[]): string => list.map(({ name }) => name).join('');

test('clients take turns, whatever each of them has queued', () => {
  const queue = createFairQueue<Item>();
  queue.add('large', items('abcd'));
  queue.add('small', items('x'));
  queue.add('middle', items('pq'));
  expect(namesOf(queue.inFairOrder(9))).toBe('axpbqcd');
  expect(namesOf(queue.inArrivalOrder(9))).toBe('abcdxpq');
});

test('turns are measured by cost', () => {
  const queue = createFairQueue<Item>();
  queue.add('long', items('AB', 4));
  queue.add('short', items('abcdef'));
  expect(namesOf(queue.inFairOrder(9))).toBe('AabcdBef');
});

test('a client that was served more than others waits for them, until nobody waits', () => {
  const queue = createFairQueue<Item>();
  const first = items('abcd');
  queue.add('one', first);
  queue.add('two', items('x'));
  queue.serve(new Set(first));
  queue.add('one', items('e'));
  queue.add('two', items('yz'));
  expect(namesOf(queue.inFairOrder(9))).toBe('xyze');
  expect(queue.positionOf('one', 1)).toMatchObject({ tag: 5, debt: 5, isWaiting: true });
  queue.serve(new Set(queue.inFairOrder(9)));
  expect(queue.positionOf('one', 1)).toMatchObject({ tag: 0, debt: 0, isWaiting: false });
});

test('a client does not save up turns while it sends nothing', () => {
  const queue = createFairQueue<Item>();
  queue.add('busy', items('abcdef'));
  queue.serve(new Set(queue.inFairOrder(4)));
  queue.serve(new Set(queue.inFairOrder(1)));
  queue.add('new', items('xyz'));
  expect(namesOf(queue.inFairOrder(9))).toBe('xfyz');
});

test('a refused client is judged by when it came first, and is served like the others', () => {
  const queue = createFairQueue<Item>();
  queue.add('busy', items('abcdef'));
  queue.refuse('refused');
  queue.serve(new Set(queue.inFairOrder(3)));
  queue.serve(new Set(queue.inFairOrder(1)));
  expect(queue.positionOf('new', 1)).toMatchObject({ tag: 3 });
  expect(queue.positionOf('refused', 1)).toMatchObject({ tag: 0, beforeFirst: 0 });
  queue.add('refused', items('x'));
  expect(namesOf(queue.inFairOrder(9))).toBe('xef');
  expect(queue.positionOf('refused', 1)).toMatchObject({ tag: 4 });
});

test('an item that another client waits for too has the better place of the two', () => {
  const queue = createFairQueue<Item>();
  const large = items('abcd');
  queue.add('large', large);
  queue.add('middle', items('xy'));
  queue.join('small', large[3] as Item);
  queue.join('middle', large[0] as Item);
  expect(namesOf(queue.inFairOrder(9))).toBe('axdbyc');
  expect(namesOf(queue.inArrivalOrder(9))).toBe('abcdxy');
});

test('an item that is removed is not charged to its client', () => {
  const queue = createFairQueue<Item>();
  const removed = items('abc');
  queue.add('one', removed);
  queue.add('two', items('xy'));
  queue.remove(new Set(removed));
  queue.add('one', items('d'));
  expect(namesOf(queue.inFairOrder(9))).toBe('xdy');
  expect(queue.lastAfter(0)).toMatchObject({ name: 'y' });
  expect(queue.lastAfter(1)).toBeUndefined();
});

test('sums are those of the items, whatever happens to them', () => {
  const actions = fc.array(
    fc.record({
      client: fc.integer({ min: 0, max: 4 }),
      costs: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 }),
      served: fc.integer({ min: 0, max: 4 }),
      removed: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(actions, (list) => {
      const queue = createFairQueue<Item>();
      const waiting = new Set<Item>();
      for (const { client, costs, served, removed } of list) {
        const added = costs.map((cost) => ({ name: `${client}`, cost }));
        queue.add(client, added);
        added.forEach((item) => void waiting.add(item));
        const gone = new Set(queue.inFairOrder(served));
        queue.serve(gone);
        const cancelled = new Set(queue.inArrivalOrder(removed));
        queue.remove(cancelled);
        for (const item of [...gone, ...cancelled]) {
          waiting.delete(item);
        }
        expect(queue.inArrivalOrder(999)).toEqual([...waiting]);
        expect(new Set(queue.inFairOrder(999))).toEqual(waiting);
        expect(queue.length()).toBe(waiting.size);
        expect(queue.cost()).toBe([...waiting].reduce((sum, { cost }) => sum + cost, 0));
      }
    }),
  );
});

test.each([
  ['of a new client', 'd', 1, { tag: 0, beforeFirst: 3, beforeLast: 6 }],
  ['of a client with few texts', 'c', 1, { tag: 2, beforeFirst: 8, beforeLast: 10 }],
  ['in the middle', 'b', 2, { tag: 5, beforeFirst: 13, beforeLast: 15 }],
  ['at the end', 'a', 1, { tag: 10, beforeFirst: 17, beforeLast: 17 }],
])('a position %s has the cost of what is before it', (_, client, cost, position) => {
  const queue = createFairQueue<Item>();
  for (const [key, count] of [
    ['a', 10],
    ['b', 5],
    ['c', 2],
  ] as const) {
    queue.add(
      key,
      Array.from({ length: count }, () => ({ name: key, cost: 1 })),
    );
  }
  expect(queue.positionOf(client, cost)).toMatchObject(position);
});
